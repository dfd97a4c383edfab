// Loads parts of the data: scripts that call `mub.take`, since browsers do not load JSON from files.
"use strict";
{
  const waiting = new Map();
  const loaded = new Map();

  mub.take = (name, content) => waiting.get(name)?.(content);

  /** A part of the data, by its name; loaded once. */
  mub.load = (name) => {
    if (!loaded.has(name)) {
      loaded.set(name, new Promise((resolve, reject) => {
        waiting.set(name, resolve);
        const script = document.createElement("script");
        script.src = `data/${name}.js`;
        script.addEventListener("error", () => {
          loaded.delete(name);
          reject(new Error(`data/${name}.js cannot be loaded`));
        });
        script.addEventListener("load", () => script.remove());
        document.head.append(script);
      }));
    }
    return loaded.get(name);
  };

  /** All details of one sample. */
  mub.sampleAt = async (place) => (await mub.load(`samples-${Math.floor(place / mub.index.part)}`))[place % mub.index.part];

  /** How the lexicon maps a word. */
  mub.wayOf = async (word) => {
    const place = mub.index.words.indexOf(word);
    return place < 0 ? null : (await mub.load(`words-${Math.floor(place / mub.index.part)}`))[place % mub.index.part];
  };
}
