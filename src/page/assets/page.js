// Keeps the status page up to date: fetches it anew, changes in place only what differs, so that
// focus, scroll position and what is unfolded stay; makes times local; filters; copies. Without it
// the page is whole, only still.
'use strict';
(() => {
  const kPollMs = 3000;
  const kPauseMaxMs = 60000;
  const kPatienceMs = 10000;
  const kLostTitle = 'No longer updated: ';
  const byId = id => document.getElementById(id);
  const telling = new Map();  // buttons that say for a moment what they did: label and timer

  // Times stand in the page in UTC; the reader's own zone is the better text, UTC stays on hover.
  // Only names of months are asked of the browser's locale: its first answer takes tens of
  // milliseconds, and a small page is not painted before.
  const twoDigits = number => String(number).padStart(2, '0');
  const localise = root => {
    const today = new Date().toDateString();
    for (const element of root.querySelectorAll('time[datetime]')) {
      if (element.dataset.style === 'age') continue;
      const moment = new Date(element.dateTime);
      const parts = [moment.getHours(), moment.getMinutes()];
      if (element.dataset.style === 'seconds') parts.push(moment.getSeconds());
      const clock = parts.map(twoDigits).join(':');
      const day = moment.toDateString();
      const {style, since} = element.dataset;
      const named = style !== 'seconds' &&
        (day !== today || (since && new Date(since).toDateString() !== day));
      element.textContent = named ?
        `${moment.toLocaleDateString(undefined, {day: 'numeric', month: 'short'})}, ${clock}` :
        clock;
    }
  };

  // Makes `there` like `here`. Children with an id are the same ones wherever they stand; the rest
  // are matched by position. What readers change (open, checked, typed text) is theirs.
  const sync = (there, here) => {
    for (const {name, value} of [...here.attributes])
      if (name !== 'open' && there.getAttribute(name) !== value) there.setAttribute(name, value);
    for (const {name} of [...there.attributes])
      if (name !== 'open' && !here.hasAttribute(name)) there.removeAttribute(name);
    let next = there.firstChild;
    for (const wanted of [...here.childNodes]) {
      let found = next;
      const keyed = wanted.id ? byId(wanted.id) : null;
      if (keyed && keyed.parentNode === there) found = keyed;
      const same = found && found.nodeType === wanted.nodeType &&
          found.nodeName === wanted.nodeName && (found.id || '') === (wanted.id || '');
      if (!same) {
        there.insertBefore(document.importNode(wanted, true), next);
        continue;
      }
      if (found !== next) there.insertBefore(found, next);
      else next = next.nextSibling;
      if (found.nodeType !== Node.ELEMENT_NODE) {
        if (found.data !== wanted.data) found.data = wanted.data;
      } else if (found.id !== 'filter' && found.id !== 'lost' && !telling.has(found)) {
        sync(found, wanted);
      }
    }
    while (next) {
      const gone = next;
      next = next.nextSibling;
      gone.remove();
    }
  };

  // By tenant: state and sentence.
  const verdicts = () => {
    const found = new Map();
    for (const verdict of document.querySelectorAll('.verdict[data-state]')) {
      const section = verdict.closest('section');
      const name = section ? section.querySelector('h2').textContent + ': ' : '';
      found.set(name, {state: verdict.dataset.state, words: name + verdict.textContent});
    }
    return found;
  };

  const announce = before => {
    const changes = [];
    for (const [name, now] of verdicts())
      if (before.has(name) && before.get(name).state !== now.state) changes.push(now.words);
    if (changes.length > 3) changes.splice(3, changes.length, `and ${changes.length - 3} more`);
    if (changes.length > 0) byId('announce').textContent = changes.join('. ');
  };

  const filter = byId('filter');
  const applyFilter = () => {
    if (!filter) return;
    const text = filter.elements.q.value.trim().toLowerCase();
    const trouble = filter.elements.trouble.checked;
    for (const section of document.querySelectorAll('section.tenant')) {
      let shown = 0;
      for (const row of section.querySelectorAll('tbody tr')) {
        const hit = row.dataset.name.includes(text) &&
            (!trouble || row.classList.contains('trouble'));
        row.classList.toggle('gone', !hit);
        shown += hit ? 1 : 0;
      }
      section.classList.toggle('gone', shown === 0);
    }
  };

  // What is typed also stands in the address, so that it survives a reload and can be sent on.
  const rememberFilter = () => {
    const address = new URL(location.href);
    const text = filter.elements.q.value.trim();
    if (text) address.searchParams.set('q', text);
    else address.searchParams.delete('q');
    if (filter.elements.trouble.checked) address.searchParams.set('trouble', '1');
    else address.searchParams.delete('trouble');
    history.replaceState(null, '', address);
  };

  // What is the matter if the exporter answers, but not with the page.
  const refusalWords = status => {
    switch (status) {
      case 401: return 'The exporter asks for a password now: reload this page to sign in';
      case 404:
        return location.pathname.includes('/target/') ?
            'This target is no longer configured' : 'The exporter no longer has this page';
      case 429: return 'The exporter is asked more often than it allows';
      case 503: return 'The exporter is too busy to answer';
      default: return `The exporter answers with an error (${status})`;
    }
  };

  // The page as it is now, or why there is none; `status` is 0 without an answer.
  const fetchPage = async () => {
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), kPatienceMs);
    try {
      const reply = await fetch(location.href, {
        signal: controller.signal, cache: 'no-store',
        headers: {'Accept': 'text/html', 'X-Requested-With': 'page'}});
      if (!reply.ok) return {status: reply.status, trouble: refusalWords(reply.status)};
      const page = new DOMParser().parseFromString(await reply.text(), 'text/html');
      return page.getElementById('main') && page.getElementById('updated') ?
          {status: reply.status, page} :
          {status: reply.status, trouble: 'Somebody else answers in the exporter\'s place'};
    } catch {
      return {status: 0, trouble: 'The exporter does not answer'};
    } finally {
      clearTimeout(timer);
    }
  };

  const show = page => {
    localise(page);
    const before = verdicts();
    document.title = page.title;
    const icon = page.getElementById('favicon').getAttribute('href');
    if (byId('favicon').getAttribute('href') !== icon) byId('favicon').setAttribute('href', icon);
    sync(byId('updated'), page.getElementById('updated'));
    sync(byId('main'), page.getElementById('main'));
    applyFilter();
    announce(before);
    document.documentElement.classList.remove('lost');
    byId('lost').hidden = true;
  };

  // Nothing of what is shown is known any more: it turns grey, and so do title and icon.
  const lose = trouble => {
    document.documentElement.classList.add('lost');
    if (!document.title.startsWith(kLostTitle)) document.title = kLostTitle + document.title;
    byId('favicon').setAttribute('href', byId('favicon').dataset.lost);
    const asOf = byId('updated').querySelector('time').textContent;
    const words = `${trouble}: this is the state at ${asOf}, no longer updated.`;
    if (byId('lost').textContent !== words) byId('lost').textContent = words;
    byId('lost').hidden = false;
  };

  let timer = 0;
  let pause = kPollMs;
  const poll = async () => {
    clearTimeout(timer);
    if (document.hidden || 'still' in byId('main').dataset) return;
    const {status, page, trouble} = await fetchPage();
    // Browsers note each refusal in the console, so who refuses is asked less and less.
    const refused = !page && status > 0;
    pause = refused ? Math.min(2 * pause, kPauseMaxMs) : kPollMs;
    clearTimeout(timer);
    timer = setTimeout(poll, pause);
    if (page) show(page);
    else lose(trouble);
  };

  // Over plain http there is no clipboard, but what is selected can still be copied.
  const copyText = async element => {
    try {
      await navigator.clipboard.writeText(element.textContent);
      return true;
    } catch {
      getSelection().selectAllChildren(element);
      if (!document.execCommand('copy')) return false;
      getSelection().removeAllRanges();
      return true;
    }
  };

  const copy = async button => {
    const copied = await copyText(byId(button.dataset.copy));
    byId('announce').textContent = copied ? 'The text was copied.' : 'The text is selected.';
    const label = telling.get(button)?.label ?? button.textContent;
    clearTimeout(telling.get(button)?.timer);
    button.textContent = copied ? 'Copied' : 'Selected: press Ctrl+C';
    telling.set(button, {label, timer: setTimeout(() => {
      button.textContent = label;
      telling.delete(button);
    }, copied ? 2000 : 6000)});
  };

  // What a bar of the last days says is shown where the reader points, taps, or goes by keyboard.
  const kBarStep = 6;  // in the drawing's own units
  const dayText = (bars, index) => {
    const x = index * kBarStep;
    for (const group of bars.querySelectorAll('g'))
      if (group.querySelector('rect').x.baseVal.value === x)
        return group.querySelector('title').textContent;
    // Days in a row of which the same is true share a shape.
    const day = new Date(`${bars.dataset.last}T00:00:00Z`);
    day.setUTCDate(day.getUTCDate() - (barCount(bars) - 1 - index));
    const good = [...bars.querySelectorAll('path.good')].some(
      path => path.getAttribute('d').includes(`M${x} 0h`));
    return `${day.toISOString().slice(0, 10)}: ${good ? '100 % available' : 'not watched'}`;
  };
  const barCount = bars => bars.viewBox.baseVal.width / kBarStep;
  const explainBars = () => {
    const note = document.createElement('p');
    note.className = 'day-note';
    note.setAttribute('role', 'status');
    note.hidden = true;
    document.body.append(note);
    let chosen = 0;
    const hide = () => { note.hidden = true; };
    const tell = (bars, index) => {
      chosen = Math.max(0, Math.min(barCount(bars) - 1, index));
      const words = dayText(bars, chosen);
      if (note.textContent !== words) note.textContent = words;
      note.hidden = false;
      const box = bars.getBoundingClientRect();
      const middle = box.left + box.width * (chosen + 0.5) / barCount(bars);
      const room = document.documentElement.clientWidth - note.offsetWidth - 8;
      note.style.left = `${scrollX + Math.max(8, Math.min(room, middle - note.offsetWidth / 2))}px`;
      note.style.top = `${scrollY + box.bottom + 4}px`;
    };
    const barsOf = event => event.target.closest?.('svg.days');
    const point = event => {
      const bars = barsOf(event);
      if (!bars) return hide();
      const box = bars.getBoundingClientRect();
      tell(bars, Math.floor((event.clientX - box.left) / box.width * barCount(bars)));
    };
    document.addEventListener('pointermove', point);
    document.addEventListener('pointerdown', point);
    document.addEventListener('focusin', event => {
      const bars = barsOf(event);
      if (bars && bars.matches(':focus-visible')) tell(bars, barCount(bars) - 1);
      else if (!bars) hide();
    });
    document.addEventListener('focusout', hide);
    document.addEventListener('keydown', event => {
      const bars = barsOf(event);
      const steps = {ArrowLeft: -1, ArrowRight: 1, Home: -1000, End: 1000};
      if (event.key === 'Escape') hide();
      if (!bars || !(event.key in steps)) return;
      event.preventDefault();
      tell(bars, chosen + steps[event.key]);
    });
  };

  // When it is needed there is nobody to ask for it.
  new Image().src = byId('favicon').dataset.lost;

  document.documentElement.classList.add('live');
  localise(document);
  applyFilter();
  if (filter) {
    filter.addEventListener('input', () => {
      applyFilter();
      rememberFilter();
      // Rows that an earlier filter or the limit kept away are the exporter's to bring.
      clearTimeout(timer);
      timer = setTimeout(poll, 300);
    });
    filter.addEventListener('submit', event => event.preventDefault());
  }
  document.addEventListener('click', event => {
    const button = event.target.closest('button.copy');
    if (button) copy(button);
  });
  explainBars();
  document.addEventListener('visibilitychange', () => { if (!document.hidden) poll(); });
  timer = setTimeout(poll, kPollMs);
})();
