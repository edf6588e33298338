import { creature } from "./creature.js";
import { openDialog, textField } from "./dialog.js";
import { find, h } from "./dom.js";
import { say } from "./i18n.js";
import { limits, me, rename } from "./session.js";

/** The person's own face and name in the corner; a press changes the name. */
export function startMe() {
  const button = find("#me", HTMLButtonElement);
  showMe();
  button.addEventListener("click", () => {
    const name = textField({ label: "name", name: "name", value: me().name, max: limits().nameLength });
    openDialog({
      title: "nameTitle",
      text: "nameText",
      action: "save",
      fields: [name.field],
      async submit() {
        const answer = await rename(name.input.value).catch(() => ({
          ok: false,
          code: /** @type {const} */ ("noAnswer"),
        }));
        if (answer.ok) showMe();
        return answer;
      },
    });
  });
}

export function showMe() {
  const button = find("#me", HTMLButtonElement);
  const { name } = me();
  button.replaceChildren(creature(me()), h("bdi", { class: "me-name" }, name));
  say(button, "myName", { name }, "tLabel");
}
