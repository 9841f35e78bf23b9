// Stops everything that a test file started, in reverse order, also if a test fails.

type Ending = () => Promise<void>;

const endings: Ending[] = [];

export function atEnd(ending: Ending): void {
  endings.push(ending);
}

afterAll(async () => {
  while (endings.length > 0) await endings.pop()!();
});
