// The list of editions in the head of each page, and the search. Texts are set as text, never as markup.
(function () {
  "use strict";
  const body = document.body, up = body.dataset.up;

  const editions = window.art7Editions || [], place = document.getElementById("editions");
  if (place && editions.length > 1) {
    const label = document.createElement("label"), choice = document.createElement("select");
    label.textContent = "Edition ";
    for (const each of editions) {
      const option = document.createElement("option");
      option.value = each.version;
      option.textContent = each.version;
      option.selected = each.version === body.dataset.version;
      choice.append(option);
    }
    choice.addEventListener("change", () => {
      location.href = up + "../" + encodeURIComponent(choice.value) + "/index.html";
    });
    label.append(choice);
    place.prepend(label, " ");
  }

  const query = document.getElementById("query");
  if (!query) return;
  const told = document.getElementById("told"), results = document.getElementById("results");
  const rows = (window.art7Search || []).map((row) => ({ row, words: row.join(" ").toLowerCase() }));
  const most = 60;

  function rank(entry, words) {
    const title = entry.row[0].toLowerCase();
    if (title === words.join(" ")) return 0;
    return title.includes(words[0]) ? 1 : 2;
  }

  function show() {
    const words = query.value.toLowerCase().split(/\s+/).filter(Boolean);
    results.replaceChildren();
    if (!words.length) {
      told.textContent = rows.length + " entries";
      return;
    }
    const found = rows.filter((entry) => words.every((word) => entry.words.includes(word)));
    found.sort((one, other) => rank(one, words) - rank(other, words));
    told.textContent = found.length + " found" + (found.length > most ? ", the first " + most + " shown" : "");
    for (const { row: [title, kind, address, text] } of found.slice(0, most)) {
      const item = document.createElement("li"), name = document.createElement(address ? "a" : "span");
      if (address) name.href = address;
      name.textContent = title;
      const what = document.createElement("span");
      what.className = "soft";
      what.textContent = " " + kind + (text ? ": " + text : "");
      item.append(name, what);
      results.append(item);
    }
  }

  query.addEventListener("input", show);
  query.value = new URLSearchParams(location.search).get("q") || "";
  show();
})();
