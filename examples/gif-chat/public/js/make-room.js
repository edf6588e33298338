import { askLobby } from "./connection.js";
import { openDialog, textField } from "./dialog.js";
import { h } from "./dom.js";
import { say } from "./i18n.js";
import { keepTicket } from "./memory.js";
import { goTo } from "./router.js";
import { limits } from "./session.js";

const USUAL_MEMBERS = 10;

/** Asks for a title, a password and a number of people, and opens the room. */
export function openMakeRoom() {
  const { titleLength, passwordLength, minMembers, maxMembers } = limits();
  const title = textField({
    label: "roomTitle",
    name: "title",
    max: titleLength,
    placeholder: "roomTitleHint",
  });
  const password = textField({
    label: "password",
    name: "password",
    max: passwordLength,
    hint: "passwordHint",
    optional: true,
  });
  const members = membersField(minMembers, maxMembers);

  openDialog({
    title: "makeTitle",
    action: "make",
    fields: [title.field, password.field, members.field],
    async submit() {
      const wish = {
        title: title.input.value,
        password: password.input.value,
        max: members.input.valueAsNumber,
      };
      const answer = await askLobby("make", wish);
      if (answer.ok) {
        keepTicket(answer.id, answer.ticket);
        goTo(`/rooms/${answer.id}`);
      }
      return answer;
    },
  });
}

/**
 * @param {number} min
 * @param {number} max
 */
function membersField(min, max) {
  const input = h("input", {
    id: "field-members",
    name: "max",
    type: "range",
    min,
    max,
    value: USUAL_MEMBERS,
  });
  const output = h("output", { for: "field-members" });
  const show = () => {
    say(output, "membersValue", { count: input.value });
    input.style.setProperty("--filled", `${((input.valueAsNumber - min) / (max - min)) * 100}%`);
  };
  input.addEventListener("input", show);
  show();
  const caption = h("span");
  say(caption, "members");
  const label = h("label", { for: "field-members" }, caption, " ", output);
  return { input, field: h("div", { class: "field" }, label, input) };
}
