// A session: its codes as a score, then its moments.
const sessionView = (index, opened) => {
  const session = book.sessions[index];
  if (!session) return lostView();
  const client = book.clients[session.client];
  const moments = session.moments ?? [];
  const siblings = client?.sessions ?? [];
  const at = siblings.indexOf(index);
  const step = (to, name) => siblings[to] !== undefined && link(`session/${siblings[to]}`, name);
  const unit = isNote(session) ? "sentence" : "turn";
  const context = book.groups.filter((group) => group.column !== "kind").map((group) => [group.column.replaceAll("_", " ").replace(/ id$/, ""), group.values[session.groups[book.groups.indexOf(group)]]]).filter(([, value]) => value);
  return {
    title: `${sessionName(session)}${client ? `, client ${client.id}` : ""}`,
    focus: opened === undefined ? null : `moment-${opened}`,
    parts: [
      h("nav", { class: "way", "aria-label": "Where this is" },
        client ? [link("clients", "Caseload"), " › ", link(`client/${session.client}`, "Client ", h("bdi", null, client.id))] : link("sessions", "Sessions"),
        h("span", { class: "steps" }, step(at - 1, "‹ Session before"), " ", step(at + 1, "Session after ›"))),
      heading(sessionName(session), [
        session.date !== session.label && session.date, isNote(session) ? "note" : "transcript", count(lengthOf(session), unit), `id ${session.id}`, ...context.map(([name, value]) => `${name} ${value}`),
      ].filter(Boolean).join(" · ")),
      h("section", null, h("h2", null, "Codes over the session"),
        h("p", { class: "key" }, `From the first ${unit} on the left to the last on the right; the numbers count ${unit}s. A tick of a breakthrough or of resistance leads to its moment.`, session.courses && [" Course: ", h("span", { class: "swatch breakthrough" }), "breakthrough ", h("span", { class: "swatch resistance" }), "resistance ", h("span", { class: "swatch factor" }), "what contributes (dashed)."]), score(session, index)),
      h("section", null,
        h("h2", null, count(moments.length, "moment")),
        moments.length === 0
          ? h("p", { class: "aside" }, "No breakthrough and no resistance was found here. The model misses some.")
          : [h("p", { class: "key" }, "Marked: the words that carry the code. How likely: by the model’s calibrated probability at its peak."),
            !book.text && h("p", { class: "aside" }, moments.some((moment) => moment.evidence) ? "Of the sessions this folder holds the words of the evidence alone; ids of units lead back to the rest." : "This report holds no words of the sessions; ids of units lead back to them."),
            moments.map((moment, order) => momentCard(session, index, moment, order))]),
    ],
  };
};
