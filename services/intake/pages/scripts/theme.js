// Dark at night (夜间模式): as the phone says, unless somebody chose. It names nobody and outlives a wipe.

const KEY = "huiyin-theme";
export const THEMES = ["auto", "dark", "light"];

export const theme = () => localStorage.getItem(KEY) ?? "auto";

export function setTheme(chosen) {
  localStorage.setItem(KEY, chosen);
  apply();
}

export function apply() {
  if (theme() === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme();
}

window.addEventListener("storage", apply);
