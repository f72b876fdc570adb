/** The users signed in on this page; the server writes them into it. */
export const people = JSON.parse(document.getElementById('people').textContent);

export const nameOf = (username) => people.find((person) => person.username === username)?.name ?? username;
