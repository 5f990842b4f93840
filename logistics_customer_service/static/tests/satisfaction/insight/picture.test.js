import { describe as suite, expect, test } from "@odoo/hoot";
import {
    paddedRange,
    placeLabels,
    textWidth,
} from "@logistics_customer_service/satisfaction/insight/why/picture";

const FRAME = { x: 0, y: 0, width: 600, height: 400 };

function box({ anchor, x, y }, name) {
    const width = textWidth(name);
    const shift = { start: 0, middle: 0.5, end: 1 }[anchor];
    return { left: x - shift * width, right: x + (1 - shift) * width, top: y - 11, bottom: y + 3 };
}

suite("logistics_customer_service.picture", () => {
    test.tags("headless");

    test("labels cover neither each other nor a marker, and stay inside", () => {
        const points = [
            { x: 300, y: 200, name: "Timeliness" },
            { x: 325, y: 203, name: "Intactness of the Goods" },
            { x: 310, y: 222, name: "售后服务" },
            { x: 590, y: 10, name: "Information" },
            { x: 12, y: 395, name: "Price" },
        ];
        const boxes = placeLabels(points, FRAME).map((label, index) => box(label, points[index].name));
        for (const [index, own] of boxes.entries()) {
            expect(own.left >= 0 && own.right <= 600 && own.top >= 0 && own.bottom <= 400).toBe(true);
            for (const other of boxes.slice(index + 1)) {
                const apart =
                    own.right <= other.left ||
                    other.right <= own.left ||
                    own.bottom <= other.top ||
                    other.bottom <= own.top;
                expect(apart).toBe(true);
            }
            for (const { x, y } of points) {
                const beside = own.right <= x - 10 || own.left >= x + 10;
                expect(beside || own.bottom <= y - 10 || own.top >= y + 10).toBe(true);
            }
        }
    });

    test("where no label fits there is none", () => {
        const crowd = Array.from({ length: 30 }, () => ({ x: 50, y: 50, name: "Timeliness" }));
        const labels = placeLabels(crowd, { x: 0, y: 0, width: 100, height: 100 });
        expect(labels.filter((label) => label === null).length).toBeGreaterThan(20);
    });

    test("a range is never empty", () => {
        expect(paddedRange([4, 4])).toEqual([3.95, 4.05]);
        expect(textWidth("时效性")).toBe(36);
    });
});
