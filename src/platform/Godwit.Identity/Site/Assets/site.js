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
  // What is downloaded leaves its page there.
  if (form.classList.contains('again')) continue;
  form.addEventListener('submit', event => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = 'yes';
  });
}
addEventListener('pageshow', () => {
  for (const form of document.querySelectorAll('form')) delete form.dataset.sent;
});

// Passkeys: authenticators are asked by scripts only, and answer the same requests as any program's.
async function ask(path, body, csrf) {
  const headers = { 'Content-Type': 'application/json', 'X-Session-Transport': 'cookie' };
  if (csrf) headers['X-CSRF-Token'] = csrf;
  const send = () => fetch(path, { method: 'POST', headers, body: JSON.stringify(body) });
  let answer = await send();
  // An access token lives for minutes, and a page is looked at for longer.
  if (answer.status === 401 && csrf && (await fetch('/v1/auth/refresh', { method: 'POST', headers: { 'X-CSRF-Token': csrf } })).ok) answer = await send();
  const document = await answer.json();
  if (!answer.ok) throw new Error(document.detail || document.title);
  return document;
}

const show = async options => (await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) })).toJSON();

const deeds = {
  'sign-in': async () => {
    const { challenge, options } = await ask('/v1/auth/passkeys/login/options', {});
    await ask('/v1/auth/passkeys/login', { challenge, credential: await show(options) });
    location.assign(document.querySelector('input[name=next]').value);
  },
  'add': async place => {
    const { csrf, name } = place.closest('form').elements;
    const { challenge, options } = await ask('/v1/auth/passkeys/registration/options', {}, csrf.value);
    const made = await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) });
    await ask('/v1/auth/passkeys/registration', { challenge, credential: made.toJSON(), name: name.value.trim() || undefined }, csrf.value);
    // From here on the session has shown two factors, and its tokens say so.
    await ask('/v1/auth/refresh', {}, csrf.value);
    location.assign('/account/passkeys?notice=passkey-added');
  },
  'answer': async place => {
    const form = document.querySelector('form.answered');
    form.elements.credential.value = JSON.stringify(await show(JSON.parse(place.dataset.options)));
    form.submit();
  },
};

if (window.PublicKeyCredential && PublicKeyCredential.parseRequestOptionsFromJSON) {
  for (const place of document.querySelectorAll('[data-without-passkeys]')) place.hidden = true;
  for (const place of document.querySelectorAll('[data-passkey]')) {
    const [button, fault] = [place.querySelector('button'), place.querySelector('[role=alert]')];
    place.hidden = false;
    button.addEventListener('click', async () => {
      button.disabled = true;
      fault.hidden = true;
      try {
        await deeds[place.dataset.passkey](place);
      } catch (error) {
        // Whoever changes their mind has done nothing wrong.
        fault.textContent = error.name === 'NotAllowedError' ? 'No passkey was chosen. Try again, or go another way.' : error.message;
        fault.hidden = false;
        button.disabled = false;
      }
    });
  }
  // The form's own button would send it without a passkey.
  for (const form of document.querySelectorAll('form.passkey')) form.addEventListener('submit', event => { event.preventDefault(); form.querySelector('[data-passkey] button').click(); });
}
