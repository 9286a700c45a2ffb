// How this browser shows the pages (显示设置): dark at night, and in which language. It names nobody and outlives a wipe.

function setting(name, values) {
  const key = `huiyin-${name}`;
  const chosen = () => localStorage.getItem(key) ?? values[0];
  // The first is what holds unless somebody chose.
  const apply = () => {
    if (chosen() === values[0]) delete document.documentElement.dataset[name];
    else document.documentElement.dataset[name] = chosen();
  };
  const choose = (value) => {
    localStorage.setItem(key, value);
    apply();
  };
  return { name, values, chosen, apply, choose };
}

export const theme = setting("theme", ["auto", "dark", "light"]);
export const language = setting("language", ["both", "zh", "en"]);

export function apply() {
  theme.apply();
  language.apply();
  document.documentElement.lang = language.chosen() === "en" ? "en" : "zh-CN";
}

window.addEventListener("storage", apply);
