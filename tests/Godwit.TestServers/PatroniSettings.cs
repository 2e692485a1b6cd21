namespace Godwit.TestServers;

/// <summary>The configuration of a Patroni node (https://patroni.readthedocs.io/en/latest/yaml_configuration.html).</summary>
internal static class PatroniSettings
{
    public static string Of(PatroniNode node, string folder, int etcd, string password, bool synchronous, int timeToLive, string programs) =>
        $$"""
        scope: godwit
        name: {{node.Name}}
        restapi: {listen: "127.0.0.1:{{node.ApiPort}}", connect_address: "127.0.0.1:{{node.ApiPort}}"}
        etcd3: {host: "127.0.0.1:{{etcd}}"}
        bootstrap:
          dcs:
            ttl: {{timeToLive}}
            loop_wait: 1
            retry_timeout: 3
            # A standby that is far behind may lead too: what it lacks is what is tested.
            maximum_lag_on_failover: 1000000000
            master_start_timeout: 0
            synchronous_mode: {{(synchronous ? "true" : "false")}}
            postgresql:
              use_pg_rewind: true
              parameters: {max_connections: 60, shared_buffers: 32MB, wal_keep_size: 256MB, wal_receiver_timeout: 10min, wal_sender_timeout: 10min}
          initdb: [{encoding: UTF8}, {locale: C}, data-checksums]
        postgresql:
          listen: 127.0.0.1:{{node.Port}}
          connect_address: 127.0.0.1:{{node.Port}}
          data_dir: {{node.DataFolder}}
          bin_dir: {{programs}}
          pgpass: {{folder}}/{{node.Name}}.pgpass
          authentication:
            superuser: {username: postgres, password: "{{password}}"}
            replication: {username: follower, password: "{{password}}"}
            rewind: {username: rewinder, password: "{{password}}"}
          parameters: {unix_socket_directories: "{{folder}}"}
          pg_hba:
            - local all all trust
            - host all all 127.0.0.1/32 scram-sha-256
            - host replication all 127.0.0.1/32 scram-sha-256
        watchdog: {mode: "off"}

        """;
}
