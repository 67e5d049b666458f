import app from './app';
import light from './light';

export default { ...light, ...app };
