// The demo business and the sandbox's workspace, as `leadbell demo` makes them (server/src/demo, sandbox/README.md).

export const API_KEY = 'lbk_demo-only-never-use-this-key-anywhere-else';
export const PASSWORD = 'leadbell-demo';

/** People who can log in. */
export const people = {
  admin: 'ann@leadbell.example',
  lmsAdmin: 'lou@leadbell.example',
  callLogicAdmin: 'cal@leadbell.example',
  buyerAgent: 'bo@leadbell.example',
  publisherAgent: 'pat@leadbell.example',
  publisher: 'dana@bluetraffic.example',
  qa: 'quinn@leadbell.example',
} as const;

/** Ids of the catalog. */
export const debtRelief = { id: '218', name: 'Debt Relief' };
export const lifeInsurance = { id: '231', name: 'Life Insurance' };
export const autoCalls = { id: '310', name: 'Auto Insurance Calls' };
export const blueTraffic = { id: '1044', name: 'Blue Traffic' };
export const northLeads = { id: '1051', name: 'North Leads' };
export const acmeLending = { id: '402', name: 'Acme Lending' };
export const acmeCa = { id: '8807', name: 'Acme CA' };
export const summit = { id: '8820', name: 'Summit Settlement' };
export const shieldTx = { id: '9102', name: 'Shield TX' };

/** Pretend tokens. */
export const tokens = {
  bot: 'xoxb-sandbox-leadbell-full-0001',
  joining: 'xoxb-sandbox-leadbell-join-0002',
  revoked: 'xoxb-sandbox-leadbell-gone-0004',
} as const;

/** Pretend channels and members. */
export const channels = { sales: 'C0SALES01', calls: 'C0CALLS01', rejects: 'C0REJECTS', blue: 'C0BLUETRF' } as const;
export const members = { ann: 'U0ANNKIM1', ben: 'U0BENRUIZ', dana: 'U0DANABLU' } as const;

/** The 13 triggers by level (domain.md, matrix A), in the order of the seed's page. */
export const triggersOf = {
  product: {
    lms: [
      '[LMS] Lead Sold',
      '[LMS] Lead Rejected',
      '[LMS] Campaign Rejected',
      '[LMS] Publisher Earning Received',
      '[LMS] Campaign Sold',
      '[LMS] Revenue Ping Back',
    ],
    callLogic: [
      '[Call Logic] Lead Sold',
      '[Call Logic] Lead Rejected',
      '[Call Logic] Campaign Rejected',
      '[Call Logic] Campaign Accepted',
      '[Call Logic] Campaign Sold',
      '[Call Logic] Publisher Earning Received',
      '[Call Logic] Buyer Response',
    ],
  },
  campaign: {
    lms: ['[LMS] Campaign Rejected', '[LMS] Campaign Sold', '[LMS] Revenue Ping Back'],
    callLogic: [
      '[Call Logic] Campaign Rejected',
      '[Call Logic] Campaign Accepted',
      '[Call Logic] Campaign Sold',
      '[Call Logic] Buyer Response',
    ],
  },
  publisher: [
    '[LMS] Lead Sold',
    '[LMS] Lead Rejected',
    '[LMS] Publisher Earning Received',
    '[Call Logic] Lead Sold',
    '[Call Logic] Lead Rejected',
    '[Call Logic] Publisher Earning Received',
  ],
} as const;
