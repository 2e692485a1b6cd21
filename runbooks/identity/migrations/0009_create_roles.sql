-- godwit:up
CREATE TABLE identity.roles (
    name text PRIMARY KEY CHECK (name ~ '^[a-z][a-z_]{0,49}$'),
    description text NOT NULL
);

CREATE TABLE identity.role_permissions (
    role text NOT NULL REFERENCES identity.roles (name) ON DELETE CASCADE,
    permission text NOT NULL CHECK (permission ~ '^[a-z]+\.[a-z]+$'),
    PRIMARY KEY (role, permission)
);

CREATE TABLE identity.user_roles (
    user_id bigint NOT NULL REFERENCES identity.users (id) ON DELETE CASCADE,
    role text NOT NULL REFERENCES identity.roles (name),
    granted_at timestamptz NOT NULL DEFAULT now(),
    granted_by bigint,
    PRIMARY KEY (user_id, role)
);

INSERT INTO identity.roles (name, description) VALUES
    ('administrator', 'May do everything that is listed, and give roles'),
    ('support', 'Finds an account, ends its sessions, locks and unlocks it'),
    ('privacy_officer', 'Answers data requests'),
    ('auditor', 'Reads security events and figures, and changes nothing');

INSERT INTO identity.role_permissions (role, permission) VALUES
    ('administrator', 'users.read'), ('administrator', 'users.lock'), ('administrator', 'sessions.end'), ('administrator', 'requests.read'), ('administrator', 'requests.process'),
    ('administrator', 'events.read'), ('administrator', 'stats.read'), ('administrator', 'roles.grant'),
    ('support', 'users.read'), ('support', 'users.lock'), ('support', 'sessions.end'),
    ('privacy_officer', 'users.read'), ('privacy_officer', 'requests.read'), ('privacy_officer', 'requests.process'),
    ('auditor', 'events.read'), ('auditor', 'stats.read');

-- godwit:down
DROP TABLE identity.user_roles;

DROP TABLE identity.role_permissions;

DROP TABLE identity.roles;
