// Sizes as the studio reads them, and whether they fit into it. Pictures are `{ width, height }`, in pixels.

import { Refused } from "./api.js";

/** What a text makes of a picture: "1024" for the longest side, "1024x768" or "50%"; null if it is no size. */
export function sized(text, { width, height }) {
  const exact = text.match(/^(\d{1,9}) *[x×] *(\d{1,9})$/i);
  if (exact) {
    return { width: Number(exact[1]), height: Number(exact[2]) };
  }
  const [, number, percent] = text.match(/^(\d{1,9}(?:\.\d{1,9})?) *(%?)$/) ?? [];
  const factor = percent ? number / 100 : number / Math.max(width, height);
  return number ? scaled(factor, { width, height }) : null;
}

/** A picture with its sides so many times as long. */
export function scaled(factor, { width, height }) {
  return { width: Math.max(1, Math.round(factor * width)), height: Math.max(1, Math.round(factor * height)) };
}

/** How many millions of pixels there are. */
export function megapixels({ width, height }) {
  return (width * height) / 1e6;
}

/** The largest factor, to one decimal, by which a picture's sides can grow in this studio. */
export function largest(picture, { max_megapixels: most }) {
  return Math.floor(10 * Math.sqrt(most / megapixels(picture))) / 10;
}

/** "4000 × 3000 pixels" */
export function inWords({ width, height }) {
  return `${width} × ${height} pixels`;
}

/** Refuse a size that would make more of a picture than the studio makes; of one that was not seen nothing is known. */
export function checkSize(text, picture, { max_megapixels: most }) {
  const made = picture.width && sized(text, picture);
  if (made && megapixels(made) > most) {
    const side = Math.floor(Math.max(picture.width, picture.height) * Math.sqrt(most / megapixels(picture)));
    const much = `a size of ${text} makes ${inWords(made)}, over the ${most} megapixels of this studio`;
    throw new Refused(`${much}: the longest side can be ${side}`, 422);
  }
}
