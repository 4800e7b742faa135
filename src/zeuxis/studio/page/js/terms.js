// What the page calls things: the names of a program, as people read them.

const SPELT = {
  ada: "ADA",
  dcgan: "DCGAN",
  diffaugment: "DiffAugment",
  lbfgs: "L-BFGS",
  mlp: "MLP",
  mse: "MSE",
  resnet: "ResNet",
  rgb: "RGB",
  rmse: "RMSE",
  tv: "TV",
};
const CALLED = {
  average_kimg: "Averaged over",
  color: "Colour",
  colors: "Colours",
  keep_kimg: "Checkpoint every",
  kimg: "Pictures to show",
  label: "Class",
  latent_dim: "Latent size",
  penalty_center: "Penalty centre",
  to: "Or a size to come to",
  truncation_psi: "Truncation",
};

/** A name of a program as people read it: `stroke_size` as "Stroke size", `rgb` as "RGB". */
export function words(name) {
  const plain = name.replaceAll(/[_-]/g, " ").split(" ").map((word) => SPELT[word] ?? word).join(" ");
  return plain.charAt(0).toUpperCase() + plain.slice(1);
}

/** What a knob is called: one of a single letter by its unit. */
export function called({ name, unit }) {
  return CALLED[name] ?? words(name.length > 1 ? name : (unit ?? name));
}

/** What a knob is where nobody turns it, in words: its default, or what its help says of it; "" where nothing does. */
export function standard({ default: value, help }) {
  if (value !== null) {
    return Array.isArray(value) ? value.join(",") : String(value);
  }
  const said = help.match(/\[default: (.*?)\]/) ?? help.match(/by default ([^;.,()]+)/i) ?? help.match(/(\w+) by default/);
  return said ? said[1].trim() : "";
}
