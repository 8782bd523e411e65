-- A metric of an epoch: the columns of `epochs`, and what a user's program reports. Of a program
-- there is no row where an epoch lacks a metric; nor of the test images, which are recorded where
-- others are held back.
CREATE VIEW metrics (trial_id, epoch, name, value) AS
SELECT trial_id, epoch, 'train_loss', train_loss FROM epochs
WHERE train_loss IS NOT NULL OR (SELECT engine FROM sweep) <> 'command'
UNION ALL
SELECT trial_id, epoch, 'val_loss', val_loss FROM epochs
WHERE val_loss IS NOT NULL OR (SELECT engine FROM sweep) <> 'command'
UNION ALL
SELECT trial_id, epoch, 'val_accuracy', val_accuracy FROM epochs
WHERE val_accuracy IS NOT NULL OR (SELECT engine FROM sweep) <> 'command'
UNION ALL
SELECT trial_id, epoch, 'test_loss', test_loss FROM epochs WHERE test_loss IS NOT NULL
UNION ALL
SELECT trial_id, epoch, 'test_accuracy', test_accuracy FROM epochs WHERE test_accuracy IS NOT NULL
UNION ALL
SELECT trial_id, epoch, name, value FROM reported_metrics;
