// Which pages there are: those of the menu in groups, in order, and those that are reached from others. The first one
// is where the desk opens.

import { page as audit } from "./pages/audit.js";
import { page as caseOf } from "./pages/case.js";
import { page as categories } from "./pages/categories.js";
import { page as category } from "./pages/category.js";
import { page as channel } from "./pages/channel.js";
import { page as channels } from "./pages/channels.js";
import { page as learning } from "./pages/learning.js";
import { page as learningOne } from "./pages/learning_one.js";
import { page as compare } from "./pages/compare.js";
import { page as compareOne } from "./pages/compare_one.js";
import { page as operators } from "./pages/operators.js";
import { page as overview } from "./pages/overview.js";
import { page as prompt } from "./pages/prompt.js";
import { page as prompts } from "./pages/prompts.js";
import { page as questions } from "./pages/questions.js";
import { page as queue } from "./pages/queue.js";
import { page as report } from "./pages/report.js";
import { page as standard } from "./pages/standard.js";
import { page as standardOne } from "./pages/standard_one.js";
import { page as system } from "./pages/system.js";
import { page as trace } from "./pages/trace.js";

export const groups = [
  { title: "nav.mending", pages: [queue, standard] },
  { title: "nav.seeing", pages: [overview, questions, learning, report, compare] },
  { title: "nav.setting", pages: [channels, prompts, categories, system, operators, audit] },
];

export const inner = [compareOne, learningOne, caseOf, category, channel, prompt, standardOne, trace];

export const every = [...groups.flatMap((group) => group.pages), ...inner];
