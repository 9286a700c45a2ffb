// Files that prove something (佐证文件): what goes to the server is the SHA-256 of each, made here; the files stay where they are.

import { alertBox, el, field, show, t } from "./dom.js";
import { wordsOf } from "./fields.js";

const HEX = 16;
const WIDTH = 2;
const SHOWN = 12;

// `single`: one file, and its digest alone is the value.
export const digests = (name, word, single = false) => ({ name, word, required: single, single, draw: drawn,
  read: (value) => (single ? value : value.split(" ")) });

async function digestOf(file) {
  const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(HEX).padStart(WIDTH, "0")).join("");
}

function drawn(one, value, changed) {
  const chosen = new Set((value ?? "").split(" ").filter(Boolean));
  const [rows, told] = [el("div"), el("div", { "aria-live": "polite" })];
  const input = el("input", { type: "file", name: one.name, multiple: !one.single });
  const keep = () => {
    changed([...chosen].join(" "));
    show(rows, [...chosen].map((digest) => el("p", { class: "hint", "data-digest": digest }, t("file_digest", { digest: `${digest.slice(0, SHOWN)}…` }))),
      chosen.size > 0 && el("button", { type: "button", class: "quiet", onclick: () => { chosen.clear(); keep(); } }, t("take_away")));
  };
  input.addEventListener("change", async () => {
    show(told);
    try {
      if (one.single) chosen.clear();
      for (const file of input.files) chosen.add(await digestOf(file));
    } catch {
      show(told, alertBox(t("no_digest")));
    }
    input.value = "";
    keep();
  });
  if (chosen.size) keep();
  return el("div", { "data-field": one.name }, field(wordsOf(one), input, t("digest_hint")), rows, told);
}
