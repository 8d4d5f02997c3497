/** Programs in Rhai and the same in plain JavaScript. */
export interface Program {
  readonly name: string;
  readonly rhai: string;
  readonly javascript: () => unknown;
}

export const PROGRAMS: readonly Program[] = [
  {
    name: "fib",
    rhai: "fn fib(n) { if n < 2 { n } else { fib(n - 1) + fib(n - 2) } } fib(27)",
    javascript: () => {
      const fib = (n: number): number => (n < 2 ? n : fib(n - 1) + fib(n - 2));
      return fib(27);
    },
  },
  {
    name: "loop",
    rhai: "let s = 0; let i = 0; while i < 3000000 { s += i % 7; i += 1; } s",
    javascript: () => {
      let s = 0;
      let i = 0;
      while (i < 3_000_000) {
        s += i % 7;
        i += 1;
      }
      return s;
    },
  },
  {
    name: "sieve",
    rhai: `let n = 400000; let p = []; p.pad(n + 1, true); let c = 0; let i = 2;
      while i <= n { if p[i] { c += 1; let j = i * 2; while j <= n { p[j] = false; j += i; } } i += 1; } c`,
    javascript: () => {
      const n = 400_000;
      const p = Array.from({ length: n + 1 }, () => true);
      let c = 0;
      for (let i = 2; i <= n; i++) {
        if (!p[i]) continue;
        c += 1;
        for (let j = i * 2; j <= n; j += i) p[j] = false;
      }
      return c;
    },
  },
  {
    name: "strings",
    rhai: `let s = ""; let n = 0; for i in 0..200000 { s += "ab"; if i % 100 == 0 { n += s.len(); s = ""; } } n`,
    javascript: () => {
      let s = "";
      let n = 0;
      for (let i = 0; i < 200_000; i++) {
        s += "ab";
        if (i % 100 !== 0) continue;
        n += s.length;
        s = "";
      }
      return n;
    },
  },
  {
    name: "maps",
    rhai: "let m = #{}; let t = 0; for i in 0..200000 { let k = `k${i % 500}`; if k in m { m[k] += 1; } else { m[k] = 1; } } for v in m.values() { t += v; } t",
    javascript: () => {
      const m = new Map<string, number>();
      for (let i = 0; i < 200_000; i++) {
        const k = `k${i % 500}`;
        m.set(k, m.has(k) ? m.get(k)! + 1 : 1);
      }
      let t = 0;
      for (const v of m.values()) t += v;
      return t;
    },
  },
  {
    name: "matmul",
    rhai: `let n = 60; let a = []; let b = [];
      for i in 0..n { let r = []; let q = []; for j in 0..n { r.push((i * j % 10).to_float()); q.push((i + j).to_float()); } a.push(r); b.push(q); }
      let s = 0.0;
      for i in 0..n { for j in 0..n { let x = 0.0; for k in 0..n { x += a[i][k] * b[k][j]; } s += x; } } s`,
    javascript: () => {
      const n = 60;
      const a: number[][] = [];
      const b: number[][] = [];
      for (let i = 0; i < n; i++) {
        a.push(Array.from({ length: n }, (_, j) => (i * j) % 10));
        b.push(Array.from({ length: n }, (_, j) => i + j));
      }
      let s = 0;
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < n; j++) {
          let x = 0;
          for (let k = 0; k < n; k++) x += a[i]![k]! * b[k]![j]!;
          s += x;
        }
      }
      return s;
    },
  },
  {
    name: "payload",
    rhai: `fn handle(e) { let total = 0; let names = [];
        for c in e.commits { if c.author.name.contains("a") { names.push(c.author.name.to_upper()); } total += c.added.len() + c.removed.len(); }
        #{ total: total, names: names, title: \`\${e.repository.name}: \${e.commits.len()} commits\` } }
      let e = #{ repository: #{ name: "r" }, commits: [] };
      for i in 0..20 { e.commits.push(#{ author: #{ name: \`name\${i}a\` }, added: [1, 2, 3], removed: [1] }); }
      let n = 0; for i in 0..3000 { let r = handle(e); n += r.total; } n`,
    javascript: () => {
      interface Event {
        readonly repository: { readonly name: string };
        readonly commits: {
          readonly author: { readonly name: string };
          readonly added: number[];
          readonly removed: number[];
        }[];
      }
      const handle = (e: Event): { total: number; names: string[]; title: string } => {
        let total = 0;
        const names: string[] = [];
        for (const c of e.commits) {
          if (c.author.name.includes("a")) names.push(c.author.name.toUpperCase());
          total += c.added.length + c.removed.length;
        }
        return { total, names, title: `${e.repository.name}: ${e.commits.length} commits` };
      };
      const e: Event = { repository: { name: "r" }, commits: [] };
      for (let i = 0; i < 20; i++) e.commits.push({ author: { name: `name${i}a` }, added: [1, 2, 3], removed: [1] });
      let n = 0;
      for (let i = 0; i < 3000; i++) n += handle(e).total;
      return n;
    },
  },
];
