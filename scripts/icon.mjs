#!/usr/bin/env node
// Draws resources/icon/icon.svg as the PNGs that windows and packages use, and copies it to the page.
//   npx node scripts/icon.mjs
import fs from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { root } from './project.mjs';

const folder = path.join(root, 'resources', 'icon');
const svg = fs.readFileSync(path.join(folder, 'icon.svg'));
for (const size of [32, 64, 128, 256, 512])
  await sharp(svg, { density: (72 * size) / 256 }).resize(size, size).png({ compressionLevel: 9 }).toFile(path.join(folder, `icon-${size}.png`));
fs.mkdirSync(path.join(root, 'src-renderer', 'public'), { recursive: true });
fs.writeFileSync(path.join(root, 'src-renderer', 'public', 'icon.svg'), svg);
