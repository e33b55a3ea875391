// Emoji by the names that Slack uses; the first forty are offered.
export const EMOJI = {
  thumbsup: "👍", heart: "❤️", tada: "🎉", joy: "😂", eyes: "👀", white_check_mark: "✅", pray: "🙏", clap: "👏",
  thumbsdown: "👎", fire: "🔥", rocket: "🚀", smile: "😄", thinking_face: "🤔", open_mouth: "😮", cry: "😢", wave: "👋",
  ok_hand: "👌", muscle: "💪", raised_hands: "🙌", sparkles: "✨", star: "⭐", bulb: "💡", question: "❓", exclamation: "❗",
  x: "❌", hourglass: "⌛", coffee: "☕", ramen: "🍜", beers: "🍻", cake: "🍰", gift: "🎁", sun_with_face: "🌞",
  sob: "😭", sweat_smile: "😅", heart_eyes: "😍", sunglasses: "😎", zany_face: "🤪", see_no_evil: "🙈", memo: "📝", calendar: "📅",
  "+1": "👍", "-1": "👎", slightly_smiling_face: "🙂", grinning: "😀", laughing: "😆", wink: "😉", blush: "😊", party_popper: "🎉",
  heavy_check_mark: "✔️", point_up: "☝️", hundred: "💯", warning: "⚠️", bug: "🐛", lock: "🔒", rotating_light: "🚨",
};

export const glyph = (name) => EMOJI[name === "100" ? "hundred" : name] ?? `:${name}:`;
