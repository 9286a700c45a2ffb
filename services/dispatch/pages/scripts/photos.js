// Photos beside a step (照片): they wait in this window, and go to the case before what is said with them.

import { alertBox, button, el, field, show, t } from "./dom.js";
import { redrawn } from "./pictures.js";

const NAME = "办理照片.jpg";
const waiting = new Map();

export const photosOf = (name) => waiting.get(name) ?? [];
export const dropPhotos = (name) => waiting.delete(name);
export const forgetPhotos = () => waiting.clear();

export function photoField(name) {
  const [rows, told] = [el("div"), el("div", { "aria-live": "polite" })];
  const input = el("input", { type: "file", accept: "image/*", name: "photo", multiple: true });
  const draw = () => show(rows, photosOf(name).map(photoRow));
  const photoRow = (photo) => {
    const source = URL.createObjectURL(photo.blob);
    const picture = el("img", { src: source, alt: NAME });
    picture.addEventListener("load", () => URL.revokeObjectURL(source));
    return el("div", { class: "photo", "data-photo": photo.sent ? "sent" : "waits" }, picture,
      photo.sent ? el("p", { class: "hint" }, t("photo_sent")) : button("take_away", () => {
        waiting.set(name, photosOf(name).filter((one) => one !== photo));
        draw();
      }, { class: "quiet" }));
  };
  input.addEventListener("change", async () => {
    show(told);
    try {
      for (const file of input.files) {
        waiting.set(name, [...photosOf(name), { blob: await redrawn(file), once: crypto.randomUUID(), sent: false }]);
      }
    } catch {
      show(told, alertBox(t("no_picture")));
    }
    input.value = "";
    draw();
  });
  draw();
  return el("div", { class: "photos" }, rows, field(t("take_photo"), input, t("photo_hint")), told);
}

// Each once: what arrived before the line went dead is not there twice.
export async function sendPhotos(session, name, path) {
  for (const photo of photosOf(name).filter((one) => !one.sent)) {
    const headers = { "Content-Type": "application/octet-stream", "Idempotency-Key": photo.once };
    await session.ask("POST", `${path}?name=${encodeURIComponent(NAME)}`, photo.blob, headers);
    photo.sent = true;
  }
}
