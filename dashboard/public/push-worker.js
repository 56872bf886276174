/*
 * Shows what is pushed to this browser, and opens the page that it is about. What comes is {title, body, url, tag}; `url` is
 * an address of this application.
 */
self.addEventListener('push', (event) => {
  const { title, body, url, tag } = event.data.json();
  event.waitUntil(
    self.registration.showNotification(title, {
      body,
      tag,
      renotify: true,
      icon: '/favicon.svg',
      data: { url },
    }),
  );
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(open(new URL(event.notification.data.url, self.location.origin)));
});

/** In a window that is open already, where there is one. */
async function open(url) {
  if (url.origin !== self.location.origin) {
    return;
  }
  const [window] = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  if (window === undefined) {
    await self.clients.openWindow(url.href);
    return;
  }
  await window.focus();
  await window.navigate(url.href);
}
