// The sound of a clip as a clickable waveform; read and decoded only on request.
"use strict";
{
  const HEIGHT = 64;

  const peaks = async (address, columns) => {
    const content = await (await fetch(address)).arrayBuffer();
    const context = new OfflineAudioContext(1, 1, 16000);
    const sound = (await context.decodeAudioData(content)).getChannelData(0);
    const width = Math.max(1, Math.floor(sound.length / columns));
    return Array.from({ length: columns }, (_, at) => {
      let most = 0;
      for (let i = at * width; i < Math.min((at + 1) * width, sound.length); i += 1) most = Math.max(most, Math.abs(sound[i]));
      return most;
    });
  };

  /** A button that draws the sound of a media element below it. */
  mub.soundOf = (media, address) => {
    const canvas = mub.el("canvas", { class: "wave", width: 600, height: HEIGHT, hidden: true, "aria-hidden": "true" });
    const note = mub.el("span", { class: "note", role: "status" });
    let heights = [];
    const draw = () => {
      const pen = canvas.getContext("2d");
      const style = getComputedStyle(canvas);
      pen.clearRect(0, 0, canvas.width, HEIGHT);
      const played = media.duration ? (media.currentTime / media.duration) * canvas.width : 0;
      const loudest = Math.max(...heights, 0.01);
      heights.forEach((height, at) => {
        pen.fillStyle = style.getPropertyValue(at * 2 < played ? "--accent" : "--edge");
        const size = Math.max(1, (height / loudest) * (HEIGHT - 4));
        pen.fillRect(at * 2, (HEIGHT - size) / 2, 1.4, size);
      });
    };
    const button = mub.el("button", { type: "button", class: "plain", onclick: async () => {
      button.disabled = true;
      try {
        heights = await peaks(address, canvas.width / 2);
        canvas.hidden = false;
        button.hidden = true;
        draw();
      } catch {
        note.textContent = location.protocol === "file:"
          ? "Browsers cannot read the sound on a page opened from a file; serve the page (merunibench view without --out)."
          : "This browser cannot decode the sound.";
      }
    } }, "Draw the sound");
    media.addEventListener("timeupdate", () => heights.length && draw());
    canvas.addEventListener("click", (event) => {
      if (media.duration) media.currentTime = (event.offsetX / canvas.clientWidth) * media.duration;
    });
    return mub.el("div", { class: "sound" }, button, note, canvas);
  };
}
