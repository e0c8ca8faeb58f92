// A page that stood open while one logged in again sends the token of now: Django changes it with each login.
{
  const renew = () => {
    const token = /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1];
    if (!token) return;
    for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]")) field.value = token;
  };
  document.addEventListener("submit", renew, true);
  document.addEventListener("token:needed", renew); // who asks the server without a form says so first
}
