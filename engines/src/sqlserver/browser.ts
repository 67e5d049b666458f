/** Asks SQL Server Browser (UDP 1434, protocol MC-SQLR) which port a named instance listens on. */
import dgram from 'node:dgram';
import net from 'node:net';
import { EngineError } from '../engine.ts';

export const BROWSER_PORT = 1434;
const CLNT_UCAST_INST = 0x04;
const SVR_RESP = 0x05;

export interface Lookup {
  /** Already allowed by the guard; no other is asked, and nobody else is believed. */
  address: string;
  instance: string;
  onDestroy(destroy: () => void): void;
  /** The service may be on another port in tests only. */
  port?: number;
}

/** Throws `DATABASE_NOT_FOUND` when the service knows no such instance; silence is the caller's deadline. */
export function portOfInstance({ address, instance, onDestroy, port = BROWSER_PORT }: Lookup): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = dgram.createSocket(net.isIPv6(address) ? 'udp6' : 'udp4');
    const request = Buffer.concat([Buffer.from([CLNT_UCAST_INST]), Buffer.from(instance, 'latin1'), Buffer.from([0])]);
    let again: NodeJS.Timeout | undefined;
    const end = (settle: () => void): void => {
      clearInterval(again);
      try {
        socket.close();
      } catch {
        // closed before
      }
      settle();
    };
    onDestroy(() => end(() => reject(new EngineError('TIMEOUT', { stage: 'connect', detail: 'SQL Server Browser did not answer' }))));
    socket.on('error', (error) => end(() => reject(error)));
    socket.on('message', (message) =>
      end(() => {
        const found = portInAnswer(message, instance);
        if (found !== null) resolve(found);
        else
          reject(
            new EngineError('DATABASE_NOT_FOUND', {
              stage: 'connect',
              detail: `SQL Server Browser names no TCP port of instance ${instance}`,
            }),
          );
      }),
    );
    // Connected, so that the system drops answers from anybody else.
    socket.connect(port, address, () => {
      const ask = (): void => socket.send(request);
      ask();
      again = setInterval(ask, 1_000);
    });
  });
}

/** `ServerName;DB1;InstanceName;SALES;IsClustered;No;Version;15.0.2000.5;tcp;51433;;` */
export function portInAnswer(message: Buffer, instance: string): number | null {
  if (message.length < 4 || message[0] !== SVR_RESP) return null;
  for (const entry of message.subarray(3).toString('latin1').split(';;')) {
    const parts = entry.split(';');
    const value = (name: string): string | undefined => {
      const at = parts.findIndex((part, index) => index % 2 === 0 && part.toLowerCase() === name);
      return at < 0 ? undefined : parts[at + 1];
    };
    const port = Number(value('tcp'));
    if (value('instancename')?.toLowerCase() === instance.toLowerCase() && Number.isInteger(port) && port > 0 && port < 65536) return port;
  }
  return null;
}
