// A proposal that is clicked goes into its field.
"use strict";
document.addEventListener("click", (event) => {
  const proposal = event.target.closest("[data-fill]");
  const field = proposal && document.querySelector(proposal.dataset.fill);
  if (!field) return;
  field.value = proposal.textContent.trim();
  field.focus();
});
