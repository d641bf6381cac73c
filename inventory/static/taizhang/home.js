// The chart of the start page, from the data beside it; in the page's colours, which follow light and dark.
"use strict";
(() => {
  const draw = (element) => {
    const data = JSON.parse(document.getElementById(element.dataset.chart).textContent);
    const chart = echarts.init(element, null, { renderer: "svg" });
    const color = (name) => getComputedStyle(document.body).getPropertyValue(name).trim();
    const bars = (key, fill) => ({
      type: "bar", stack: "all", name: data.words[key], data: data[key], color: fill, barMaxWidth: 34, cursor: "pointer",
    });
    const paint = () => {
      const [words, line] = [color("--tblr-secondary"), color("--tblr-border-color")];
      chart.setOption({
        animation: false,
        textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
        grid: { left: 4, right: 4, top: 32, bottom: 4, containLabel: true },
        legend: { top: 0, left: 0, itemWidth: 12, itemHeight: 12, textStyle: { color: color("--tblr-body-color") } },
        tooltip: {
          trigger: "axis", axisPointer: { type: "shadow" }, backgroundColor: color("--tblr-bg-surface"),
          borderColor: line, textStyle: { color: color("--tblr-body-color") },
        },
        xAxis: { type: "category", data: data.years, axisLabel: { color: words, showMaxLabel: true, hideOverlap: true }, axisLine: { lineStyle: { color: line } }, axisTick: { show: false } },
        yAxis: { type: "value", minInterval: 1, axisLabel: { color: words }, splitLine: { lineStyle: { color: line } } },
        series: [bars("late", color("--tblr-orange")), bars("serving", color("--tblr-primary"))],
      });
    };
    paint();
    chart.on("click", (event) => {
      const url = data.urls[event.dataIndex][event.seriesIndex === 0 ? "late" : "serving"];
      if (url) location.href = url;
    });
    new ResizeObserver(() => chart.resize()).observe(element);
    new MutationObserver(paint).observe(document.documentElement, { attributes: true, attributeFilter: ["data-bs-theme"] });
  };
  document.querySelectorAll("[data-chart]").forEach(draw);
})();
