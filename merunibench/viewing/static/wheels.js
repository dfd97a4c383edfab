// Truth and prediction on all wheels in one figure: a ring for each wheel, the first outermost. Its outer band is the
// truth, its inner band the prediction. Sectors in both have one colour, sectors in only one have others.
"use strict";
{
  const CENTRE = 110;
  const OUTERMOST = 106;
  const GAP = 0.03;

  const arc = (start, end, radius) => {
    const stop = Math.min(end, start + 2 * Math.PI - 0.01);
    const at = (angle) => `${(CENTRE + radius * Math.sin(angle)).toFixed(1)} ${(CENTRE - radius * Math.cos(angle)).toFixed(1)}`;
    return `M${at(start)}A${radius} ${radius} 0 ${stop - start > Math.PI ? 1 : 0} 1 ${at(stop)}`;
  };

  /** The role of a sector in a sample. */
  mub.meets = (isTrue, isSaid) => (isTrue ? (isSaid ? "hit" : "missed") : isSaid ? "wrong" : "none");

  /** The figure. `truth` and `said`: names of true and predicted sectors on each axis. */
  mub.wheels = (axes, truth, said) => {
    const step = Math.min(20, 84 / Math.max(axes.length, 1));
    const band = step * 0.36;
    const parts = { none: mub.svg("g", { class: "none" }), hit: mub.svg("g", { class: "hit" }), missed: mub.svg("g", { class: "missed" }), wrong: mub.svg("g", { class: "wrong" }) };
    const words = [];
    axes.forEach((axis, number) => {
      const radius = OUTERMOST - band / 2 - number * step;
      axis.names.forEach((name, place) => {
        const [start, end] = axis.arcs[place];
        const kind = mub.meets(truth[number]?.includes(name) ?? false, said[number]?.includes(name) ?? false);
        const draw = (isOn, at) =>
          parts[isOn ? kind : "none"].append(
            mub.svg("path", { d: arc(start + GAP / 2, end - GAP / 2, at), "stroke-width": band.toFixed(1) },
              mub.svg("title", {}, `${axis.title}: ${name}${kind === "none" ? "" : `, ${kind}`}`)));
        draw(kind === "hit" || kind === "missed", radius);
        draw(kind === "hit" || kind === "wrong", radius - band - 0.6);
        if (kind !== "none") words.push(`${axis.title} ${name} ${kind}`);
      });
    });
    return mub.svg("svg", { class: "rings", viewBox: "0 0 220 220", role: "img", "aria-label": words.join("; ") || "no sectors" },
      parts.none, parts.missed, parts.wrong, parts.hit);
  };
}
