/**
 * The answer page's script. The page works without it; it adds three things: the step chosen in the
 * mail is chosen here, a draft outlives a broken connection, and what a person does is told from
 * what a program does. It sends nothing by itself.
 */
(() => {
    "use strict";

    // a browser that keeps nothing still answers
    const drafts = {
        read: (key) => {
            try {
                return JSON.parse(sessionStorage.getItem(key)) || [];
            } catch {
                return [];
            }
        },
        write: (key, values) => {
            try {
                sessionStorage.setItem(key, JSON.stringify(values));
            } catch {
                // full or forbidden
            }
        },
        drop: (key) => {
            try {
                sessionStorage.removeItem(key);
            } catch {
                // forbidden
            }
        },
    };

    const done = document.querySelector("[data-done]");
    if (done) {
        drafts.drop(done.dataset.done);
    }
    const form = document.querySelector("form[data-key]");
    if (!form) {
        return;
    }
    const key = form.dataset.key;
    const kiosk = form.dataset.start;
    const answers = () => [...form.querySelectorAll("[name^=q], [name=no_contact]")];

    // === Is it a person: events made by a program are not trusted, and submit() makes none ===
    for (const type of ["pointerdown", "keydown", "click"]) {
        form.addEventListener(
            type,
            (event) => {
                if (event.isTrusted) {
                    const stamp = form.elements.stamp.value;
                    form.elements.touched.value = [...stamp].reverse().join("");
                }
            },
            { capture: true, passive: true }
        );
    }

    // === Drafts: a page that is not stored by the browser comes back empty ===
    const keep = () => {
        if (!kiosk) {
            const given = answers().filter((one) => /^(radio|checkbox)$/.test(one.type) ? one.checked : one.value);
            drafts.write(key, given.map((one) => [one.name, one.value]));
        }
    };
    const restore = () => {
        for (const [name, value] of drafts.read(key)) {
            for (const one of answers().filter((field) => field.name === name)) {
                if (!/^(radio|checkbox)$/.test(one.type)) {
                    one.value = value;
                } else if (one.value === value) {
                    one.checked = true;
                }
            }
        }
    };
    form.addEventListener("input", keep);
    if (!form.dataset.given && !kiosk) {
        restore();
    }

    // === The step chosen in the mail stands behind the #: no server has seen it ===
    const choose = () => {
        const step = /^#(\d{1,2})$/.exec(location.hash);
        const overall = form.querySelector("[data-overall]");
        const field = step && overall && overall.querySelector(`[data-step="${step[1]}"]`);
        if (field) {
            field.checked = true;
            keep();
            history.replaceState(null, "", location.pathname + location.search);
        }
    };
    choose();
    window.addEventListener("hashchange", choose);

    // === One tap sends once; on a slow line it may be tapped again after a while ===
    const send = form.querySelector(".send");
    const label = send.textContent;
    const rest = (text) => {
        delete form.dataset.sent;
        form.classList.remove("sending");
        send.textContent = text;
    };
    form.addEventListener("submit", (event) => {
        if (form.dataset.sent) {
            event.preventDefault();
            return;
        }
        form.dataset.sent = "1";
        form.classList.add("sending");
        send.textContent = form.dataset.sending;
        setTimeout(() => rest(form.dataset.again), 20000);
    });
    window.addEventListener("pageshow", (event) => {
        if (event.persisted && form.dataset.sent) {
            // come back to what was sent: the server knows whether it arrived
            rest(label);
            location.reload();
        }
    });

    const wrong = form.querySelector(".wrong input, .wrong textarea");
    if (wrong) {
        wrong.focus();
    }

    // === At the counter: whoever walks away leaves nothing for the next ===
    if (kiosk) {
        form.reset();
        let timer;
        const wait = () => {
            clearTimeout(timer);
            timer = setTimeout(() => location.replace(kiosk), 45000);
        };
        for (const type of ["pointerdown", "keydown"]) {
            document.addEventListener(type, wait, { passive: true });
        }
        window.addEventListener("pageshow", () => form.reset());
        if (form.dataset.given) {
            wait(); // what was refused stands on the page, whether anybody touches it again or not
        }
    }
})();
