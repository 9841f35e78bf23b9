import { specs } from "./harness";

specs("tests/unit");
