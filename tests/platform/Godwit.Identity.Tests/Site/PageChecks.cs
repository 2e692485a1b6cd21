namespace Godwit.Identity.Tests.Site;

/// <summary>What can be told of a page by rules of WCAG 2.2, level AA: names, order of headings, contrast (1.4.3), language, doubled ids, size of what is pressed (2.5.8), and nothing that has to be scrolled sideways (1.4.10).</summary>
internal static class PageChecks
{
    public const string Script = """
        () => {
          const faults = [];
          const shown = e => e.checkVisibility({ visibilityProperty: true }) && e.getClientRects().length > 0 && !e.closest('.unseen, .skip');
          const name = e => (e.getAttribute('aria-label') || [...(e.labels || [])].map(l => l.textContent).join(' ') || e.textContent || '').trim();
          if (!document.documentElement.lang) faults.push('the page has no language');
          if (!document.title) faults.push('the page has no title');
          for (const e of document.querySelectorAll('input:not([type=hidden]), select, textarea')) if ((e.labels || []).length === 0 && !e.getAttribute('aria-label')) faults.push(`the field ${e.name} has no label`);
          for (const e of document.querySelectorAll('button, a[href], summary')) if (!name(e)) faults.push(`${e.outerHTML.slice(0, 80)} has no name`);
          for (const e of document.querySelectorAll('svg[role=img], img')) if (!e.getAttribute('aria-label') && !e.getAttribute('alt')) faults.push('an image has no name');
          const levels = [...document.querySelectorAll('h1, h2, h3, h4')].filter(shown).map(h => +h.tagName[1]);
          if (levels.filter(l => l === 1).length !== 1) faults.push('there is not one heading of the first level');
          levels.forEach((l, i) => { if (i > 0 && l > levels[i - 1] + 1) faults.push(`a heading of level ${l} follows one of level ${levels[i - 1]}`); });
          for (const landmark of ['main', 'header']) if (document.querySelectorAll(landmark).length !== 1) faults.push(`there is not one ${landmark}`);
          const ids = new Set();
          for (const e of document.querySelectorAll('[id]')) { if (ids.has(e.id)) faults.push(`two elements have the id ${e.id}`); ids.add(e.id); }
          for (const e of document.querySelectorAll('[aria-describedby]')) for (const id of e.getAttribute('aria-describedby').split(' ')) if (!document.getElementById(id)) faults.push(`${e.name} is described by ${id}, which is not there`);
          if (document.documentElement.scrollWidth > document.documentElement.clientWidth + 1) faults.push(`it is wider than the window: ${document.documentElement.scrollWidth}`);
          const read = c => (c.match(/[\d.]+/g) || []).map(Number);
          const light = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4).reduce((s, v, i) => s + v * [.2126, .7152, .0722][i], 0);
          const ground = e => { for (let at = e; at; at = at.parentElement) { const c = read(getComputedStyle(at).backgroundColor); if (c.length === 3 || c[3] > .99) return c; } return [255, 255, 255]; };
          for (const e of document.querySelectorAll('body *')) {
            if (!shown(e) || e.disabled || ![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())) continue;
            const style = getComputedStyle(e), size = parseFloat(style.fontSize), large = size >= 24 || size >= 18.66 && +style.fontWeight >= 700;
            const [a, b] = [light(read(style.color)), light(ground(e))].sort((x, y) => y - x), contrast = (a + .05) / (b + .05);
            if (contrast < (large ? 3 : 4.5)) faults.push(`"${e.textContent.trim().slice(0, 40)}" has a contrast of ${contrast.toFixed(2)}`);
          }
          for (const e of document.querySelectorAll('button, .button, nav a, input[type=checkbox]')) {
            const { width, height } = e.getBoundingClientRect();
            if (shown(e) && e.type !== 'checkbox' && (width < 24 || height < 24)) faults.push(`"${name(e)}" is too small to be pressed: ${width}x${height}`);
          }
          return faults;
        }
        """;
}
