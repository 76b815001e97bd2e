import { useState } from 'react';
import { View } from '@tarojs/components';

export default function Home() {
  const [name, setName] = useState('');
  return (
    <View>
      <h1 className="title">你好 {name}</h1>
      <label htmlFor="name">姓名</label>
      <input id="name" value={name} onInput={(event) => setName((event.target as HTMLInputElement).value)} />
      <button className="b" onClick={() => setName('李')}>设</button>
    </View>
  );
}
