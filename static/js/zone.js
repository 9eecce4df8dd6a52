// The browser's time zone, for the server to write times in; what a person chose under /preferences/ comes before it.
// Without this file, and before it ran once, times are in the site's zone. Each names its zone.
(() => {
  "use strict";

  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  const said = `zone=${encodeURIComponent(timeZone || "")}`;
  if (!timeZone || document.cookie.split("; ").includes(said)) return;
  document.cookie = `${said}; path=/; max-age=31536000; samesite=lax${location.protocol === "https:" ? "; secure" : ""}`;
})();
