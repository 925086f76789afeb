// Times in the reader's own zone and language.

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const clockSeconds = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const exact = new Intl.DateTimeFormat(undefined, {
  weekday: "long", year: "numeric", month: "long", day: "numeric",
  hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3, timeZoneName: "short",
});
const day = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long", year: "numeric" });
const part = (options) => new Intl.DateTimeFormat(undefined, options);
const slackParts = {
  "{date}": part({ year: "numeric", month: "long", day: "numeric" }),
  "{date_long}": part({ weekday: "long", year: "numeric", month: "long", day: "numeric" }),
  "{date_short}": part({ year: "numeric", month: "short", day: "numeric" }),
  "{date_num}": part({ year: "numeric", month: "2-digit", day: "2-digit" }),
  "{time}": part({ hour: "numeric", minute: "2-digit" }),
  "{time_secs}": part({ hour: "numeric", minute: "2-digit", second: "2-digit" }),
};

/** Puts local times into everything below `root`. */
export function localise(root) {
  for (const time of root.querySelectorAll("time.clock:not([data-done])")) {
    const at = new Date(Number(time.dataset.ms));
    time.title = `${exact.format(at)} (${time.dateTime})`;
    time.textContent = ("seconds" in time.dataset ? clockSeconds : clock).format(at);
    time.dataset.done = "";
  }
  for (const time of root.querySelectorAll("time.date:not([data-done])")) {
    const at = new Date(Number(time.dataset.unix) * 1000);
    const shown = time.dataset.format.replace(/\{\w+\}/g, (name) => {
      const format = slackParts[name.replace("_pretty", "")];
      return format ? format.format(at) : name;
    });
    time.title = exact.format(at);
    time.textContent = shown;
    time.dataset.done = "";
  }
}

/** Marks the first message of each day in a list. Replies stand below what they reply to, whenever they came. */
export function markDays(list) {
  let before = "";
  for (const item of list.querySelectorAll(":scope > .message:not(.reply)")) {
    const time = item.querySelector("time.clock");
    const name = day.format(new Date(Number(time.dataset.ms)));
    if (name !== before) item.dataset.day = name;
    else delete item.dataset.day;
    before = name;
  }
}
