// Elements and text. Untrusted text becomes text nodes, with direction marks and hidden characters escaped.
"use strict";
{
  const ODD = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/g;

  /** The text with control characters and direction marks as escapes. */
  mub.visible = (text) => String(text).replace(ODD, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);

  /** An element with attributes and children; text is escaped. */
  mub.el = (name, attributes = {}, ...children) => fill(document.createElement(name), attributes, children);

  mub.svg = (name, attributes = {}, ...children) =>
    fill(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);

  const fill = (element, attributes, children) => {
    for (const [key, value] of Object.entries(attributes)) {
      if (value === null || value === undefined || value === false) continue;
      if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
      else element.setAttribute(key, value === true ? "" : mub.visible(value));
    }
    for (const child of children.flat(Infinity)) {
      if (child !== null && child !== undefined) element.append(child instanceof Node ? child : mub.visible(child));
    }
    return element;
  };

  mub.percent = (score) => (score === null ? "–" : (100 * score).toFixed(0));

  mub.plural = (number, noun) => `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;

  /** An answer with its marks, which count code points, as Python does. */
  mub.marked = (answer) => {
    const signs = Array.from(answer.text);
    const box = mub.el("div", { class: "answer", dir: "auto" });
    let place = 0;
    for (const [start, end, fate, label, why] of answer.marks) {
      box.append(mub.visible(signs.slice(place, start).join("")));
      const title = [fate, label, why].filter(Boolean).join(": ");
      box.append(mub.el("mark", { "data-fate": fate, title }, signs.slice(start, end).join(""), mub.el("span", { class: "quiet" }, ` (${title})`)));
      place = end;
    }
    box.append(mub.visible(signs.slice(place).join("")));
    return box;
  };
}
