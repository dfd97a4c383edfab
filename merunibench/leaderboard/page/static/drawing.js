// Small helpers of the figures: elements of SVG, scales, round ticks.
"use strict";
window.mub = window.mub ?? {};

/** An SVG element with attributes and children; text goes in as text, never as markup. */
mub.svg = (name, attributes = {}, ...children) => {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
};

/** A picture with a name and a description for those who cannot see it. */
mub.picture = (width, height, name, description, ...children) => {
  const box = { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": `${name}. ${description}` };
  return mub.svg("svg", box, ...children);
};

/** From numbers to places: linear between two ends. */
mub.scale = (domain, range) => {
  const [low, high] = domain;
  const factor = (range[1] - range[0]) / (high - low || 1);
  return (value) => Math.round(10 * (range[0] + (value - low) * factor)) / 10;
};

/** Ends that hold all values, on multiples of a round step, and the multiples between them. */
mub.ticks = (values, most = 6) => {
  const low = Math.min(...values);
  const high = Math.max(...values);
  const raw = (high - low || 1) / most;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= raw);
  const from = Math.floor(low / step);
  const to = Math.max(Math.ceil(high / step), from + 1);
  return Array.from({ length: to - from + 1 }, (_, index) => Number(((from + index) * step).toPrecision(12)));
};

/** Text of about so many letters; a Chinese one counts twice, a capital a little more: what is cut is the end. */
mub.cut = (text, most) => {
  let room = most;
  let kept = 0;
  for (const letter of text) {
    room -= /[\u1100-\uffdc]/u.test(letter) ? 2 : /[MWmw@%]/.test(letter) ? 1.5 : /[A-Z]/.test(letter) ? 1.2 : 1;
    if (room < 0) return `${text.slice(0, Math.max(1, kept - 1)).trimEnd()}…`;
    kept += letter.length;
  }
  return text;
};

/** A tick as it is printed: no more digits than it has. */
mub.plain = (value) => String(value).replace("-", "−");

/** A number as the tables print it. */
mub.shown = (value, digits = 2) => value.toFixed(digits).replace("-", "−");
