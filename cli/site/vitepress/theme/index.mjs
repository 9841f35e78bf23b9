// VitePress's own theme, with Mermaid diagrams. The site contains everything: nothing is loaded from elsewhere.

import DefaultTheme from "vitepress/theme-without-fonts";
import { useData, withBase } from "vitepress";
import { defineComponent, h, onMounted, ref, watch } from "vue";
import "./style.css";

let loading, count = 0;

/** Mermaid is large: only a page with pictures loads it. */
function mermaid() {
  return loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = withBase("/mermaid.tiny.js");
    script.onload = () => resolve(window.mermaid);
    script.onerror = () => reject(new Error("Mermaid could not be loaded"));
    document.head.append(script);
  });
}

/** Shows the text of the diagram until it is drawn, or if it cannot be drawn. */
const MermaidPicture = defineComponent({
  props: { text: { type: String, required: true } },
  setup(props) {
    const text = decodeURIComponent(props.text), svg = ref(""), { isDark } = useData();
    async function draw() {
      const drawer = await mermaid();
      drawer.initialize({ startOnLoad: false, securityLevel: "strict", theme: isDark.value ? "dark" : "default" });
      svg.value = (await drawer.render(`picture-${++count}`, text)).svg;
    }
    onMounted(draw);
    watch(isDark, draw);
    return () => svg.value === "" ? h("pre", { class: "picture" }, text) : h("div", { class: "picture", innerHTML: svg.value });
  },
});

export default { extends: DefaultTheme, enhanceApp: ({ app }) => { app.component("MermaidPicture", MermaidPicture); } };
