namespace Godwit.Cli.Sample.LearningSol;

/// <summary>The schema as <c>prisma migrate</c> (version 5) writes it for SQLite: its types, its names for keys and indexes, its own table.</summary>
internal static class PrismaSchema
{
    /// <summary>
    /// A title. The hostile rows need it without NOT NULL until they are in; SQLite checks the constraint on writing only.
    /// </summary>
    public const string RequiredTitle = "\"title\" TEXT NOT NULL", AnyTitle = "\"title\" TEXT         ";

    public static readonly string[] Tables =
    [
        """
        CREATE TABLE "_prisma_migrations" (
            "id"                    TEXT PRIMARY KEY NOT NULL,
            "checksum"              TEXT NOT NULL,
            "finished_at"           DATETIME,
            "migration_name"        TEXT NOT NULL,
            "logs"                  TEXT,
            "rolled_back_at"        DATETIME,
            "started_at"            DATETIME NOT NULL DEFAULT current_timestamp,
            "applied_steps_count"   INTEGER UNSIGNED NOT NULL DEFAULT 0
        )
        """,
        """
        CREATE TABLE "users" (
            "id" TEXT NOT NULL PRIMARY KEY,
            "email" TEXT NOT NULL,
            "username" TEXT NOT NULL,
            "display_name" TEXT,
            "password" TEXT NOT NULL,
            "role" TEXT NOT NULL DEFAULT 'STUDENT',
            "bio" TEXT NOT NULL DEFAULT '',
            "avatar" BLOB,
            "settings" TEXT NOT NULL DEFAULT '{}',
            "xp" BIGINT NOT NULL DEFAULT 0,
            "email_verified" BOOLEAN NOT NULL DEFAULT false,
            "date_of_birth" DATETIME,
            "last_login_at" DATETIME,
            "created_at" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
            "updated_at" DATETIME NOT NULL,
            "deleted_at" DATETIME
        )
        """,
        """
        CREATE TABLE "courses" (
            "id" TEXT NOT NULL PRIMARY KEY,
            "slug" TEXT NOT NULL,
            "title" TEXT NOT NULL,
            "description" TEXT,
            "level" TEXT NOT NULL DEFAULT 'BEGINNER',
            "price" DECIMAL NOT NULL DEFAULT 0,
            "rating" REAL,
            "published" BOOLEAN NOT NULL DEFAULT false,
            "author_id" TEXT,
            "prerequisite_id" TEXT,
            "created_at" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
            "updated_at" DATETIME NOT NULL,
            "deleted_at" DATETIME,
            CONSTRAINT "courses_author_id_fkey" FOREIGN KEY ("author_id") REFERENCES "users" ("id") ON DELETE SET NULL ON UPDATE CASCADE,
            CONSTRAINT "courses_prerequisite_id_fkey" FOREIGN KEY ("prerequisite_id") REFERENCES "courses" ("id") ON DELETE SET NULL ON UPDATE CASCADE
        )
        """,
        """
        CREATE TABLE "lessons" (
            "id" TEXT NOT NULL PRIMARY KEY,
            "course_id" TEXT NOT NULL,
            "position" INTEGER NOT NULL,
            "title" TEXT NOT NULL,
            "content" TEXT NOT NULL,
            "starter_code" TEXT,
            "duration_minutes" INTEGER,
            "published" BOOLEAN NOT NULL DEFAULT false,
            "created_at" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
            "updated_at" DATETIME NOT NULL,
            CONSTRAINT "lessons_course_id_fkey" FOREIGN KEY ("course_id") REFERENCES "courses" ("id") ON DELETE CASCADE ON UPDATE CASCADE
        )
        """,
        """
        CREATE TABLE "user_progress" (
            "id" TEXT NOT NULL PRIMARY KEY,
            "user_id" TEXT NOT NULL,
            "lesson_id" TEXT NOT NULL,
            "status" TEXT NOT NULL DEFAULT 'NOT_STARTED',
            "score" REAL,
            "attempts" INTEGER NOT NULL DEFAULT 0,
            "code" TEXT,
            "gas_used" BIGINT,
            "completed_at" DATETIME,
            "created_at" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
            "updated_at" DATETIME NOT NULL,
            CONSTRAINT "user_progress_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
            CONSTRAINT "user_progress_lesson_id_fkey" FOREIGN KEY ("lesson_id") REFERENCES "lessons" ("id") ON DELETE CASCADE ON UPDATE CASCADE
        )
        """,
        """
        CREATE TABLE "achievements" (
            "id" TEXT NOT NULL PRIMARY KEY,
            "code" TEXT NOT NULL,
            "title" TEXT NOT NULL,
            "icon" TEXT,
            "criteria" TEXT NOT NULL,
            "points" INTEGER NOT NULL DEFAULT 10,
            "created_at" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP
        )
        """,
        """
        CREATE TABLE "user_achievement" (
            "user_id" TEXT NOT NULL,
            "achievement_id" TEXT NOT NULL,
            "token_hash" BLOB,
            "created_at" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,

            PRIMARY KEY ("user_id", "achievement_id"),
            CONSTRAINT "user_achievement_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
            CONSTRAINT "user_achievement_achievement_id_fkey" FOREIGN KEY ("achievement_id") REFERENCES "achievements" ("id") ON DELETE RESTRICT ON UPDATE CASCADE
        )
        """,
        """
        CREATE TABLE "enrolments" (
            "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
            "user_id" TEXT NOT NULL,
            "course_id" TEXT NOT NULL,
            "status" TEXT NOT NULL DEFAULT 'ACTIVE',
            "paid" DECIMAL NOT NULL DEFAULT 0.00,
            "created_at" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
            "deleted_at" DATETIME,
            CONSTRAINT "enrolments_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
            CONSTRAINT "enrolments_course_id_fkey" FOREIGN KEY ("course_id") REFERENCES "courses" ("id") ON DELETE CASCADE ON UPDATE CASCADE
        )
        """,
        """
        CREATE TABLE "collaboration_session" (
            "id" TEXT NOT NULL PRIMARY KEY,
            "lesson_id" TEXT,
            "host_id" TEXT NOT NULL,
            "name" TEXT NOT NULL DEFAULT '',
            "active" BOOLEAN NOT NULL DEFAULT true,
            "max_participants" INTEGER NOT NULL DEFAULT 50,
            "document" BLOB,
            "created_at" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
            "ended_at" DATETIME,
            CONSTRAINT "collaboration_session_lesson_id_fkey" FOREIGN KEY ("lesson_id") REFERENCES "lessons" ("id") ON DELETE SET NULL ON UPDATE CASCADE,
            CONSTRAINT "collaboration_session_host_id_fkey" FOREIGN KEY ("host_id") REFERENCES "users" ("id") ON DELETE CASCADE ON UPDATE CASCADE
        )
        """,
        """
        CREATE TABLE "collaboration_participant" (
            "session_id" TEXT NOT NULL,
            "user_id" TEXT NOT NULL,
            "cursor" TEXT,
            "joined_at" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
            "left_at" DATETIME,

            PRIMARY KEY ("session_id", "user_id"),
            CONSTRAINT "collaboration_participant_session_id_fkey" FOREIGN KEY ("session_id") REFERENCES "collaboration_session" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
            CONSTRAINT "collaboration_participant_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE ON UPDATE CASCADE
        )
        """,
    ];

    public static readonly string[] Indexes =
    [
        "CREATE UNIQUE INDEX \"users_email_key\" ON \"users\"(\"email\")",
        "CREATE UNIQUE INDEX \"users_username_key\" ON \"users\"(\"username\")",
        "CREATE INDEX \"users_email_username_idx\" ON \"users\"(\"email\", \"username\")",
        "CREATE INDEX \"users_deleted_at_idx\" ON \"users\"(\"deleted_at\")",
        "CREATE UNIQUE INDEX \"courses_slug_key\" ON \"courses\"(\"slug\")",
        "CREATE INDEX \"courses_published_created_at_idx\" ON \"courses\"(\"published\", \"created_at\" DESC)",
        "CREATE UNIQUE INDEX \"lessons_course_id_position_key\" ON \"lessons\"(\"course_id\", \"position\")",
        "CREATE INDEX \"lessons_published_idx\" ON \"lessons\"(\"published\")",
        "CREATE UNIQUE INDEX \"user_progress_user_id_lesson_id_key\" ON \"user_progress\"(\"user_id\", \"lesson_id\")",
        "CREATE INDEX \"user_progress_lesson_id_status_idx\" ON \"user_progress\"(\"lesson_id\", \"status\")",
        "CREATE UNIQUE INDEX \"achievements_code_key\" ON \"achievements\"(\"code\")",
        "CREATE INDEX \"user_achievement_user_id_created_at_idx\" ON \"user_achievement\"(\"user_id\", \"created_at\")",
        "CREATE UNIQUE INDEX \"enrolments_user_id_course_id_key\" ON \"enrolments\"(\"user_id\", \"course_id\")",
        "CREATE INDEX \"collaboration_session_active_created_at_idx\" ON \"collaboration_session\"(\"active\", \"created_at\")",
        "CREATE INDEX \"collaboration_participant_user_id_idx\" ON \"collaboration_participant\"(\"user_id\")",
    ];
}
