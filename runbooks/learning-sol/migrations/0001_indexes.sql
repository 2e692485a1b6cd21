-- godwit:up
-- What the application asks for most, on the tables as they were moved: built beside its writers, before the first of them comes over.
CREATE INDEX CONCURRENTLY idx_users_email_username ON users (email, username);
CREATE INDEX CONCURRENTLY idx_user_progress_user_lesson ON user_progress (user_id, lesson_id);
CREATE INDEX CONCURRENTLY idx_achievements_user_created ON user_achievement (user_id, created_at);
CREATE INDEX CONCURRENTLY idx_collaboration_session_active ON collaboration_session (active, created_at);
CREATE INDEX CONCURRENTLY idx_users_active ON users (id) WHERE deleted_at IS NULL;
CREATE INDEX CONCURRENTLY idx_lessons_published ON lessons (id) WHERE published;
-- godwit:down
DROP INDEX CONCURRENTLY IF EXISTS idx_users_email_username;
DROP INDEX CONCURRENTLY IF EXISTS idx_user_progress_user_lesson;
DROP INDEX CONCURRENTLY IF EXISTS idx_achievements_user_created;
DROP INDEX CONCURRENTLY IF EXISTS idx_collaboration_session_active;
DROP INDEX CONCURRENTLY IF EXISTS idx_users_active;
DROP INDEX CONCURRENTLY IF EXISTS idx_lessons_published;
