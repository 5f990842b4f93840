import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";

// Each field has a shape of its own: nobody has to tell colours apart.
const SHAPES = {
    concentrate: "triangle",
    keep: "circle",
    low_priority: "square",
    overdone: "diamond",
    undecided: "ring",
};
const WIDE = { width: 660, height: 430, left: 46, right: 14, top: 14, bottom: 40, labels: true };
const NARROW = { width: 340, height: 340, left: 34, right: 8, top: 10, bottom: 36, labels: false };
const RADIUS = 10;
const LINE = 14;

/** How wide a text is about, in pixels of the picture: Chinese characters take two Latin ones. */
export function textWidth(text) {
    return [...text].reduce((sum, char) => sum + (char.codePointAt(0) > 0x2e7f ? 12 : 6.6), 0);
}

/** The range of values with some air around, never empty. */
export function paddedRange(values) {
    const low = Math.min(...values);
    const high = Math.max(...values);
    const air = Math.max((high - low) * 0.15, 0.05);
    return [low - air, high + air];
}

function overlaps(a, b) {
    return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

// where a label may stand beside its marker: how it is anchored, and its offset
const BESIDE = RADIUS + 4;
const PLACES = [
    ["start", BESIDE, 0],
    ["end", -BESIDE, 0],
    ["middle", 0, -BESIDE - LINE / 2],
    ["middle", 0, BESIDE + LINE / 2],
    ["start", BESIDE, -BESIDE],
    ["start", BESIDE, BESIDE],
    ["end", -BESIDE, -BESIDE],
    ["end", -BESIDE, BESIDE],
];
const SHIFT = { start: 0, middle: 0.5, end: 1 };

/**
 * Put each label where it covers no marker and no other label, if there is such a place.
 *
 * @param {Array} points with x, y and name
 * @param {Object} frame x, y, width and height of the room
 * @returns {Array} for each point its label's anchor, x and baseline, or null where none fits
 */
export function placeLabels(points, frame) {
    const taken = points.map(({ x, y }) => ({
        x: x - RADIUS,
        y: y - RADIUS,
        width: 2 * RADIUS,
        height: 2 * RADIUS,
    }));
    const isInside = (box) =>
        box.x >= frame.x &&
        box.x + box.width <= frame.x + frame.width &&
        box.y >= frame.y &&
        box.y + box.height <= frame.y + frame.height;
    return points.map(({ x, y, name }) => {
        const width = textWidth(name);
        for (const [anchor, right, down] of PLACES) {
            const box = {
                x: x + right - SHIFT[anchor] * width,
                y: y + down - LINE / 2,
                width,
                height: LINE,
            };
            if (isInside(box) && !taken.some((other) => overlaps(box, other))) {
                taken.push(box);
                return { anchor, x: x + right, y: y + down + 4 };
            }
        }
        return null;
    });
}

/** Importance against performance: a point per aspect, lines at the means, four fields. */
export class Picture extends Component {
    static template = "logistics_customer_service.Picture";
    static props = {
        points: Array,
        centre: Object,
        kind: String,
        small: Boolean,
        told: Boolean,
        onOpen: Function,
    };

    get size() {
        return this.props.small ? NARROW : WIDE;
    }

    get frame() {
        const { width, height, left, right, top, bottom } = this.size;
        return { x: left, y: top, width: width - left - right, height: height - top - bottom };
    }

    get scales() {
        const { points, centre } = this.props;
        const { x, y, width, height } = this.frame;
        const [low, high] = paddedRange([centre.performance, ...points.map((p) => p.performance)]);
        const [weak, strong] = paddedRange([centre.importance, ...points.map((p) => p.importance)]);
        return {
            x: (value) => x + ((value - low) / (high - low)) * width,
            y: (value) => y + height - ((value - weak) / (strong - weak)) * height,
            edges: { low, high, weak, strong },
        };
    }

    get cross() {
        const { x, y } = this.scales;
        return { x: x(this.props.centre.performance), y: y(this.props.centre.importance) };
    }

    get markers() {
        const { x, y } = this.scales;
        const markers = this.props.points.map((point) => ({
            ...point,
            x: x(point.performance),
            y: y(point.importance),
            shape: SHAPES[point.field],
        }));
        const labels = this.size.labels ? placeLabels(markers, this.frame) : [];
        return markers.map((marker, index) => ({ ...marker, label: labels[index] || null }));
    }

    /** The names of the fields, where there are enough aspects for them. */
    get corners() {
        if (!this.props.told) {
            return [];
        }
        const { x, y, width, height } = this.frame;
        return [
            { field: "concentrate", name: _t("Concentrate here"), x: x + 6, y: y + 15, anchor: "start" },
            { field: "keep", name: _t("Keep it up"), x: x + width - 6, y: y + 15, anchor: "end" },
            { field: "low_priority", name: _t("Low priority"), x: x + 6, y: y + height - 7, anchor: "start" },
            { field: "overdone", name: _t("Possibly overdone"), x: x + width - 6, y: y + height - 7, anchor: "end" },
        ];
    }

    get importanceName() {
        return this.props.kind === "derived"
            ? _t("Importance (correlation with the overall score)")
            : _t("Importance (as stated, 1 to 5)");
    }

    onKeydown(ev, marker) {
        if (ev.key === "Enter") {
            this.props.onOpen(marker);
        }
    }

    path({ shape, x, y }) {
        const r = RADIUS;
        if (shape === "triangle") {
            const s = r * 1.25;
            return `M${x},${y - s} L${x + s},${y + s * 0.75} L${x - s},${y + s * 0.75} Z`;
        }
        if (shape === "square") {
            const s = r * 0.9;
            return `M${x - s},${y - s} h${2 * s} v${2 * s} h${-2 * s} Z`;
        }
        if (shape === "diamond") {
            const s = r * 1.25;
            return `M${x},${y - s} L${x + s},${y} L${x},${y + s} L${x - s},${y} Z`;
        }
        return `M${x - r},${y} a${r},${r} 0 1,0 ${2 * r},0 a${r},${r} 0 1,0 ${-2 * r},0 Z`;
    }
}
