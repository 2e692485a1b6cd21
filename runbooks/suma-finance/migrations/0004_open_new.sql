-- godwit:up
ALTER TABLE identity.users DISABLE TRIGGER users_only_migrated;

-- godwit:down
ALTER TABLE identity.users ENABLE ALWAYS TRIGGER users_only_migrated;
