// docs/providers/lemonldap.md is true: LemonLDAP::NG, a real Envoy, a real browser.

import { lemonldap } from "./support/lemonldap";
import { tellStory } from "./support/story";

tellStory(lemonldap);
