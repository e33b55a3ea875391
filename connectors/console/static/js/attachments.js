// Files attached to what is being written: chosen, dropped or pasted, uploaded at once.

import { upload } from "./api.js";
import { h, iconButton } from "./dom.js";
import { t } from "./language.js";
import { toast } from "./overlay.js";
import { state } from "./store.js";
import { fileSize } from "./time.js";

const MOST = 10;

/** The tray above the text; `changed` is called whenever something was added, finished or removed. */
export class Attachments {
  constructor(changed) {
    this.changed = changed;
    this.files = [];
    this.element = h("div", { class: "attached", "aria-label": t("attached_files"), role: "group" });
  }

  get uploading() {
    return this.files.some((entry) => entry.state === "uploading");
  }

  get ids() {
    return this.files.filter((entry) => entry.state === "done").map((entry) => entry.id);
  }

  get names() {
    return this.files.filter((entry) => entry.state === "done").map((entry) => entry.file.name);
  }

  add(files) {
    for (const file of files) {
      if (this.files.length >= MOST) toast(t("too_many_files", { n: MOST }));
      else if (file.size > state.maxUploadBytes) toast(t("file_too_large", { name: file.name, size: fileSize(state.maxUploadBytes) }));
      else this.begin(file);
    }
  }

  begin(file) {
    const bar = h("progress", { max: 1, "aria-label": t("uploading") });
    bar.value = 0;
    const picture = /^image\/(png|jpeg|gif|webp)$/.test(file.type) ? h("img", { alt: "", src: URL.createObjectURL(file) }) : null;
    const entry = { file, state: "uploading", picture };
    entry.upload = upload(file, (part) => (bar.value = part));
    const drop = iconButton("close", t("remove_file", { name: file.name }), () => this.drop(entry));
    entry.element = h("div", { class: "attachment", title: file.name }, picture, h("span", {}, file.name), bar, drop);
    this.files.push(entry);
    this.element.append(entry.element);
    this.changed();
    entry.upload.promise.then(
      ({ upload_id: id }) => {
        Object.assign(entry, { id, state: "done" });
        bar.remove();
        this.changed();
      },
      (error) => {
        entry.state = "failed";
        entry.element.classList.add("failed");
        bar.remove();
        toast(error.sentence, error.hint);
        this.changed();
      },
    );
  }

  drop(entry) {
    entry.upload.abort();
    if (entry.picture) URL.revokeObjectURL(entry.picture.src);
    entry.element.remove();
    this.files = this.files.filter((other) => other !== entry);
    this.changed();
  }

  clear() {
    for (const entry of [...this.files]) this.drop(entry);
  }
}
