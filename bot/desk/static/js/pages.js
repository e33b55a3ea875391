// Which pages there are: those of the menu in groups, in order, and those that are reached from others. The first one
// is where the desk opens.

import { page as audit } from "./pages/audit.js";
import { page as operators } from "./pages/operators.js";

export const groups = [
  { title: "nav.mending", pages: [] },
  { title: "nav.seeing", pages: [] },
  { title: "nav.setting", pages: [operators, audit] },
];

export const inner = [];

export const every = [...groups.flatMap((group) => group.pages), ...inner];
