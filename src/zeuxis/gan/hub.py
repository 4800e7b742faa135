"""Generators on the Hugging Face hub, in its usual form. Needs huggingface_hub: the extra `zeuxis[hub]`."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any, Self

from huggingface_hub import ModelCard, ModelHubMixin, hf_hub_download
from huggingface_hub.constants import CONFIG_NAME, SAFETENSORS_SINGLE_FILE
from huggingface_hub.errors import EntryNotFoundError, HfHubHTTPError

from zeuxis.errors import ZeuxisError
from zeuxis.gan.finding import model_file
from zeuxis.gan.forger import Generator


class HubGenerator(Generator, ModelHubMixin):
    """A generator with `save_pretrained`, `push_to_hub` and `from_pretrained`.

    Example:
        HubGenerator.load("my-run").push_to_hub("me/my-photos")
        HubGenerator.from_pretrained("me/my-photos").sample(64, seed=7)
    """

    def generate_model_card(self, *args: Any, **kwargs: Any) -> ModelCard:  # noqa: ARG002
        """The page of the repository, from the generator's card."""
        about, shape = self.card, self.card.extra["shape"]
        head = ["library_name: zeuxis", "pipeline_tag: unconditional-image-generation"]
        head += [f"license: {about.licence.lower()}"] if about.licence else []
        told = {
            "pictures": f"{shape['width']}x{shape['height']}, {'grey' if shape['channels'] == 1 else 'RGB'}",
            "network": about.extra["network"],
            "classes": ", ".join(self.classes),
            "trained on": about.data,
            "made by": f"`{about.command}`" if about.command else "",
        }
        lines = [f"- {name}: {text}" for name, text in told.items() if text]
        use = (
            "from zeuxis.gan.hub import HubGenerator\n\n"
            'HubGenerator.from_pretrained("this repository").sample(64, seed=7)'
        )
        return ModelCard(
            "\n".join(
                [
                    "---",
                    *head,
                    "---",
                    "",
                    f"# {about.name}",
                    "",
                    *lines,
                    "",
                    "```python",
                    use,
                    "```",
                    "",
                ]
            )
        )

    def _save_pretrained(self, save_directory: Path) -> None:
        shutil.copyfile(model_file(self.path), save_directory / SAFETENSORS_SINGLE_FILE)
        told = {name: self.card.extra[name] for name in ("network", "shape")}
        (save_directory / CONFIG_NAME).write_text(json.dumps(told))  # the hub looks for it

    @classmethod
    def _from_pretrained(cls, *, model_id: str, **options: Any) -> Self:
        """From a folder that `save_pretrained` wrote, or a repository on the hub.

        Raises:
            ZeuxisError: if there is no generator, or the hub does not give it.
        """
        folder = Path(model_id)
        if folder.is_dir():
            return cls.load(folder / SAFETENSORS_SINGLE_FILE)
        wanted = ("revision", "cache_dir", "force_download", "token", "local_files_only")
        try:
            file = hf_hub_download(
                model_id,
                SAFETENSORS_SINGLE_FILE,
                **{name: options[name] for name in wanted},
            )
        except EntryNotFoundError as error:
            raise ZeuxisError(
                f"there is no {SAFETENSORS_SINGLE_FILE} of Zeuxis in {model_id}: check the name"
            ) from error
        except HfHubHTTPError as error:
            said = " ".join(str(error).split())
            raise ZeuxisError(f"cannot get {model_id} from the hub: {said}") from error
        return cls.load(Path(file))
