// Charts of a report, from the values beside them in the page; drawn anew when light turns to dark.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const charts = JSON.parse(document.getElementById("report-charts").textContent);
  const places = [...document.querySelectorAll("[data-chart]")];
  const css = (name) => getComputedStyle(document.body).getPropertyValue(`--tblr-${name}`).trim();
  const says = {
    percent: (value) => `${(value * 100).toFixed(1)} %`,
    money: (value) => `¥ ${value.toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`,
    ratio: (value) => value.toFixed(2),
    int: (value) => value.toLocaleString("en"),
  };
  const short = { ...says, percent: (value) => `${Math.round(value * 100)} %`, money: (value) => value.toLocaleString("en") };

  // Long names are read beside lying bars; years and towns stand.
  const lies = ({ series, categories }) =>
    series.length === 1 && categories.filter((name) => name.length > 4).length * 2 > categories.length;

  const option = (chart, width) => {
    const say = says[chart.kind] || String;
    const lying = lies(chart);
    const names = {
      type: "category", data: chart.categories, inverse: lying, axisTick: { show: false },
      axisLabel: { color: css("secondary"), interval: 0, hideOverlap: !lying, ...(lying ? { width: width > 480 ? 190 : 110, overflow: "truncate" } : { width: Math.max(42, width / chart.categories.length - 12), overflow: "break" }) },
      axisLine: { lineStyle: { color: css("border-color") } },
    };
    const values = {
      type: "value", splitNumber: 4, ...(chart.kind === "percent" ? { max: 1, interval: 0.25 } : {}),
      axisLabel: { color: css("secondary"), formatter: short[chart.kind], hideOverlap: true },
      splitLine: { lineStyle: { color: css("border-color") } },
    };
    return {
      animation: false,
      color: ["primary", "teal", "orange", "purple"].map(css),
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: css("body-color") },
      grid: { left: 8, right: lying ? 44 : 16, top: chart.series.length > 1 ? 36 : 12, bottom: 4, containLabel: true },
      legend: chart.series.length > 1 ? { type: "scroll", top: 0, left: 0, itemWidth: 12, itemHeight: 12, textStyle: { color: css("body-color") } } : undefined,
      tooltip: {
        trigger: "axis", axisPointer: { type: "shadow" }, confine: true,
        backgroundColor: css("bg-surface"), borderColor: css("border-color"), textStyle: { color: css("body-color") },
        valueFormatter: (value) => (value === null || value === undefined ? "–" : say(value)),
      },
      xAxis: lying ? values : names,
      yAxis: lying ? names : values,
      series: chart.series.map((one) => ({
        type: chart.line ? "line" : "bar", name: one.name, data: one.values, barMaxWidth: 28, stack: chart.stacked ? "all" : undefined,
      })),
    };
  };
  const draw = () => places.forEach((place) => {
    const chart = charts[Number(place.dataset.chart)];
    if (lies(chart)) place.style.height = `${Math.max(8, chart.categories.length * 1.6 + 2)}rem`;
    const drawn = echarts.getInstanceByDom(place) || echarts.init(place, null, { renderer: "svg" });
    drawn.setOption(option(chart, place.clientWidth), true);
    drawn.resize();
  });
  draw();
  addEventListener("resize", draw);
  document.addEventListener("taizhang:theme", draw);
});
