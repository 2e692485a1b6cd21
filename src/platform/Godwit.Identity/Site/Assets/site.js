'use strict';
// Everything works without this but for passkeys: it only makes some things easier.

// A mail's link carries its token behind the #, which browsers send to no server: it goes into the form, and out of the address.
const fragment = /^#[A-Za-z0-9_-]{40,}$/.test(location.hash) ? location.hash.slice(1) : null;
if (fragment) history.replaceState(null, '', location.pathname + location.search);
for (const place of document.querySelectorAll('[data-fragment]')) {
  const field = place.querySelector('input');
  if (fragment) field.value = fragment;
  // So it does when the form comes back with something else to mend.
  place.hidden = /^[A-Za-z0-9_-]{40,}$/.test(field.value);
}
for (const part of document.querySelectorAll('[data-without-fragment]')) part.hidden = fragment !== null;
for (const part of document.querySelectorAll('[data-with-fragment]')) {
  part.hidden = fragment === null;
  if (fragment) part.querySelector('h2').hidden = true;
}

// A password can be looked at by who types it.
for (const secret of document.querySelectorAll('.secret')) {
  const field = secret.querySelector('input');
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'quiet';
  const tell = () => {
    const shown = field.type === 'text';
    button.textContent = shown ? 'Hide' : 'Show';
    button.setAttribute('aria-label', (shown ? 'Hide ' : 'Show ') + secret.parentElement.querySelector('label').textContent.toLowerCase().trim());
  };
  button.addEventListener('click', () => {
    field.type = field.type === 'password' ? 'text' : 'password';
    tell();
  });
  field.form.addEventListener('submit', () => { field.type = 'password'; });
  tell();
  secret.append(button);
}

// What went wrong is read out first; else one begins to type.
const problem = document.getElementById('problem');
if (problem) (document.querySelector('[aria-invalid]') ?? problem).focus();

// Twice clicked is sent once; a page that comes back from the browser's memory can be sent again.
for (const form of document.querySelectorAll('form')) {
  form.addEventListener('submit', event => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = 'yes';
  });
}
addEventListener('pageshow', () => {
  for (const form of document.querySelectorAll('form')) delete form.dataset.sent;
});
