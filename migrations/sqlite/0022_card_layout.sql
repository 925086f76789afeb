-- The layout of a rule's messages: a card as JSON, NULL for the text alone; and the card of each message as it was drawn
-- when its event arrived (Block Kit JSON), NULL where there is none.

ALTER TABLE rules ADD COLUMN layout TEXT;
ALTER TABLE deliveries ADD COLUMN blocks TEXT;
