// What a test file started ends with it, last started first, also when a test fails.

type Ending = () => Promise<void>;

const endings: Ending[] = [];

export function atEnd(ending: Ending): void {
  endings.push(ending);
}

afterAll(async () => {
  while (endings.length > 0) await endings.pop()!();
});
